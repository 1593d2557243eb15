#!/bin/sh
# check.sh FRESH COMMITTED: every committed row must still be what the compiler says; newer headers may add rows.
set -eu
LC_ALL=C sort "$1" >"$1.sorted"
LC_ALL=C sort "$2" >"$1.committed"
gone=$(LC_ALL=C comm -13 "$1.sorted" "$1.committed")
added=$(LC_ALL=C comm -23 "$1.sorted" "$1.committed" | wc -l)
if [ -n "$gone" ]; then
    echo "xfrm-abi: the headers of this machine do not have these rows of $2:" >&2
    echo "$gone" >&2
    exit 1
fi
[ "$added" -eq 0 ] || echo "xfrm-abi: this machine's headers add $added rows"
echo "PASS xfrm-abi: $(wc -l <"$2") rows as committed"
