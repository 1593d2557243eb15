# Sourced by ./dev: build, demo, and the layers of tests with their sums.
# shellcheck shell=bash
# shellcheck source=integration-tests/lab/common.sh
# shellcheck source=integration-tests/lab/guest.sh

IT=$ROOT/integration-tests

# Maven's output: the modules as progress, everything else into a log whose end is shown when it fails.
maven_quietly() {
  local log=$ROOT/target/dev-maven.log status=0
  mkdir -p "$ROOT/target"
  maven "$@" 2>&1 | tee "$log" | sed -nu 's/^\[INFO\] Building \(Pollux[^[]*[^[ ]\) .*\(\[[0-9/]*\]\)$/    \2 \1/p' >&2 || status=$?
  ((status == 0)) || maven_errors "$log" >&2
  return "$status"
}

# What went wrong, without Maven's advice and the formatter's diffs.
maven_errors() {
  grep -aE '^\[ERROR\] (    src/|  [^ ]|[^ ])' "$1" |
    grep -avE '^\[ERROR\] (To see|Re-run|For more|After|See |-> |\[Help|  mvn )' |
    awk '!seen[$0]++' | head -n 30 || true
}

build_natives() {
  make -s -C "$ROOT/native" all || return
  [[ ! -r $IT/src/main/c/Makefile ]] || make -s -C "$IT/src/main/c" all
}

cmd_build() {
  (($# == 0)) || die "usage: ./dev build"
  need_build
  build -Dmaven.test.skip
  say "runnable: packaging/target/pollux"
}

# build MAVEN-OPTION - all that runs; the option says what becomes of the tests.
build() {
  say "building"
  build_natives || die "the native programs do not build"
  maven_quietly package "$1" -Dspotless.check.skip -pl '!native' || die "the build failed"
}

# Sets JAVA_WORDS: a JVM for the guest, with the tests' class path.
java_words() {
  local class_path
  class_path=$(<"$IT/target/classpath")
  export JAVA_HOME=$JDK # for the daemons inside
  JAVA_WORDS=("$JDK/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1
    -XX:-UsePerfData "-Dpollux.home=$ROOT/packaging/target/pollux" "-Dpollux.root=$ROOT" "-Dpollux.libreswan=${LIBRESWAN:-}"
    "-Dpollux.rows=${POLLUX_ROWS:-}" -Xmx768m
    -cp "$IT/target/classes:$IT/target/test-classes:$class_path")
}

# ./dev bench engine [HANDSHAKES [TUNNELS]]: what one core of this machine can do; builds first.
# ./dev bench start [ROUNDS]: cold start and size of what ./dev package has made.
cmd_bench() {
  [[ ${1:-} != start ]] || bench_start "${@:2}"
  [[ ${1:-} == engine ]] || die "bench: there are 'engine' and 'start' (./dev help)"
  need_build
  build -Dmaven.test.skip
  "$JDK/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx1g \
    -cp "$IT/target/classes:$(<"$IT/target/classpath")" io.pollux.it.bench.EngineBench "${@:2}"
  bench_charon "${2:-2000}"
}

# The same initiator against Debian's charon, where it and root are at hand.
bench_charon() {
  local dir=$ROOT/target/bench-charon
  if ((EUID != 0)) || [[ ! -x /usr/sbin/charon-systemd || ! -c /dev/net/tun ]]; then
    say "no comparison with charon: it needs root, strongswan's charon-systemd and /dev/net/tun"
    return
  fi
  rm -rf "$dir"
  mkdir -p "$dir/swanctl"
  cat >"$dir/strongswan.conf" <<TEXT
charon-systemd {
  load = random nonce openssl kernel-libipsec kernel-netlink socket-default vici kdf pem pkcs1 pkcs8 x509 pubkey
  install_routes = no
  half_open_timeout = 30
  cookie_threshold = 0
  block_threshold = 0
  plugins { vici { socket = unix://$dir/vici } }
  filelog { log { path = $dir/charon.log
    default = 0 } }
}
TEXT
  cat >"$dir/swanctl/swanctl.conf" <<'TEXT'
connections { hub {
  version = 2
  proposals = aes256gcm16-prfsha256-x25519
  unique = never
  mobike = no
  local { auth = psk
    id = hub.example }
  remote { auth = psk
    id = %any }
  children { net {
    local_ts = 10.0.0.0/24
    remote_ts = 10.0.0.0/8
    esp_proposals = aes256gcm16-noesn
  } }
} }
secrets { ike { secret = "measured secret" } }
TEXT
  # shellcheck disable=SC2016 # the inner shell's variables
  unshare -n bash -ec '
    unshare -n sleep infinity & far=$!
    trap "kill $far" EXIT
    until [[ $(readlink /proc/$far/ns/net) != "$(readlink /proc/self/ns/net)" ]]; do sleep 0.1; done
    ip link add near type veth peer name far
    ip link set far netns $far
    ip addr add 192.0.2.2/24 dev near
    ip link set near up
    nsenter -t $far -n sh -c "ip addr add 192.0.2.1/24 dev far; ip link set far up; ip link set lo up; ip addr add 10.0.0.1/24 dev lo"
    "$@" $far' bash "$JDK/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx1g \
    -cp "$IT/target/classes:$(<"$IT/target/classpath")" io.pollux.it.bench.CharonBench "$1" "$dir"
}

# ./dev interop [ROW,ROW...]: rows of the table in the guest; the documents get the results.
cmd_interop() {
  local results=$IT/target/lab-reports/interop.csv status=0
  if (($# > 1)) || [[ ! ${1:-1} =~ ^[0-9]+(,[0-9]+)*$ ]]; then
    die "usage: ./dev interop [ROW,ROW...]"
  fi
  export POLLUX_ROWS=${1:-}
  rm -f "$results"
  (cmd_test io.pollux.it.interop.MatrixTest) || status=$?
  [[ -r $results ]] || die "interop: no row has ended; the documents stay as they are"
  need_jdk
  "$JDK/bin/java" -cp "$IT/target/test-classes" io.pollux.it.interop.InteropDoc "$results" "$ROOT/docs"
  say "written: docs/interop.csv, docs/interop.md"
  return "$status"
}

# ./dev fuzz [--keep] [SECONDS [TARGET...]]: coverage-guided, each parser in its turn; a finding ends it.
cmd_fuzz() {
  local keep='' seconds engine=$ROOT/ike-engine targets cp work target corpus
  [[ ${1:-} != --keep ]] || { keep=yes; shift; }
  seconds=${1:-90}
  [[ $seconds =~ ^[0-9]+$ ]] || die "usage: ./dev fuzz [--keep] [SECONDS [TARGET...]]"
  targets=("${@:2}")
  ((${#targets[@]})) || targets=(DATAGRAM INNER PAYLOAD CERTIFICATE REVOCATION SIGNATURE NAME STRANGER NEWCOMER PEER)
  need_build
  say "building"
  maven_quietly test-compile dependency:build-classpath -Pfuzz -pl ike-engine -am -Dspotless.check.skip \
    "-Dmdep.outputFile=$engine/target/fuzz.classpath" -Dmdep.includeScope=test || die "the build failed"
  cp=$engine/target/classes:$engine/target/test-classes:$(<"$engine/target/fuzz.classpath")
  for target in "${targets[@]}"; do
    work=$engine/target/fuzz/$target
    corpus=$engine/src/test/resources/fuzz/${target,,}.hex
    rm -rf "$work/committed"
    mkdir -p "$work/found" "$work/findings"
    rm -rf "$work/seeds"
    fuzz_java "$cp" io.pollux.ike.fuzz.FuzzCorpus unpack "$target" "$work"
    say "fuzz $target: $((seconds / ${#targets[@]} + 1)) s"
    fuzz_jazzer "$cp" "$target" "-max_total_time=$((seconds / ${#targets[@]} + 1))" \
      "$work/found" "$work/committed" "$work/seeds" || die "$target: a finding, see $work/findings"
    [[ -n $keep ]] || continue
    rm -rf "$work/merged"
    cp -r "$work/seeds" "$work/merged" # what these reach by themselves need not be kept
    fuzz_jazzer "$cp" "$target" -merge=1 -set_cover_merge=1 "$work/merged" "$work/committed" "$work/found"
    fuzz_java "$cp" io.pollux.ike.fuzz.FuzzCorpus pack "$target" "$work/merged" "$corpus"
  done
  say "no findings"
}

fuzz_java() { "$JDK/bin/java" --enable-native-access=ALL-UNNAMED -cp "$@"; }

# fuzz_jazzer CLASSPATH TARGET LIBFUZZER-ARGUMENT...; prints its last lines.
fuzz_jazzer() {
  local status=0
  fuzz_java "$1" --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -Xmx1g com.code_intelligence.jazzer.Jazzer \
    --target_class=io.pollux.ike.fuzz.FuzzDriver "--target_args=$2" '--instrumentation_includes=io.pollux.ike.**' \
    '--custom_hook_includes=io.pollux.ike.**' --disabled_hooks='com.code_intelligence.jazzer.sanitizers.*' "--reproducer_path=$ROOT/ike-engine/target/fuzz/$2/findings" \
    "-artifact_prefix=$ROOT/ike-engine/target/fuzz/$2/findings/" -max_len=4096 -rss_limit_mb=3000 -timeout=20 \
    "${@:3}" 2>&1 | tee "$ROOT/ike-engine/target/fuzz/$2/log" |
    { grep -aE '^(==|DEDUP|Done|stat::|	at io.pollux)' || true; } || status=$? # pipefail: that of Java
  return "$status"
}

DEMO=io.pollux.it.demo.Main

# ./dev demo: builds, then the drills in the lab, with their report in demo-report/ or in "--report DIR".
cmd_demo() {
  local report=$ROOT/demo-report options=() guests=no
  while (($#)); do
    if [[ $1 == --report && $# -gt 1 ]]; then
      report=$(realpath -m -- "$2")
      shift
    elif [[ $1 == --guests ]]; then
      guests=yes
    else
      options+=("$1")
    fi
    shift
  done
  need_build
  need_peers
  need_kernel
  build -Dmaven.test.skip
  if [[ $guests == yes ]]; then
    guests_words "$report" --timeout 3600
  else
    demo_words "$report" --timeout 3600 # a marathon takes its time, and so does its judge
  fi
  say "starting the demo in the lab"
  exec "${DEMO_RUN[@]}" "${options[@]}"
}

# demo_words REPORT LAB-OPTION... - sets DEMO_RUN, to which options may be added, and goes to the project's root.
demo_words() {
  cd "$ROOT" || return
  mkdir -p "$1"
  java_words
  lab_words --mem 4G --rw "$1" "${@:2}"
  DEMO_RUN=("${LAB_RUN[@]}" "${JAVA_WORDS[@]}" -Xmx1800m "$DEMO" --report "$1") # a marathon's recordings are judged in memory
}

# guests_words REPORT LAB-OPTION... - the same, with a guest kernel for each machine: the demo itself stays on this
# machine, in namespaces that end with it, and needs nothing of this machine's kernel.
guests_words() {
  cd "$ROOT" || return
  mkdir -p "$1" "$CACHE/lab/mnt"
  java_words
  need_launcher
  DEMO_RUN=("$LAUNCHER" --dir "$CACHE/lab/mnt" "${@:2}" -- "${JAVA_WORDS[@]}" "$DEMO" --report "$1"
    --guests --launcher "$LAUNCHER" --kernel "$KERNEL")
}

# ---- ./dev test ----

PASSED=0 FAILED=0 SKIPPED=0

# add LAYER PASSED FAILED SKIPPED
add() {
  PASSED=$((PASSED + $2)) FAILED=$((FAILED + $3)) SKIPPED=$((SKIPPED + $4))
  local colour=$GREEN
  (($3 == 0)) || colour=$RED
  say "$1: $colour$2 passed, $3 failed, $4 skipped$PLAIN"
}

# ./dev test: all layers; with names of classes: only these, in the guest.
cmd_test() {
  local classes=() name
  for name in "$@"; do classes+=("$(test_class "$name")") || exit; done
  need_build
  need_peers
  need_kernel
  need_launcher
  trap 'exit 130' INT # a layer that Ctrl-C ended is not a failed one to go on after
  if (($#)); then
    build -DskipTests
    layer_lab "${classes[@]}"
  else
    layer_native
    layer_format
    layer_maven
    layer_lab
    layer_drills
  fi
  printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  ((FAILED == 0 && PASSED > 0))
}

# The whole name of a test class: RekeyTest, or io.pollux.it.interop.RekeyTest.
test_class() {
  local name=$1 files
  [[ $name != *.* ]] || { echo "$name"; return; }
  mapfile -t files < <(find "$ROOT"/*/src/test/java -name "$name.java")
  ((${#files[@]} == 1)) || die "${#files[@]} test classes are called $name; expected one, or its whole name"
  name=${files[0]##*/src/test/java/}
  name=${name%.java}
  echo "${name//\//.}"
}

# The C programs. Their tests say PASS, FAIL or SKIP, a line each.
layer_native() {
  local log=$ROOT/target/dev-native.log status=0 passed failed skipped
  say "native: make test"
  mkdir -p "$ROOT/target"
  { build_natives && make -s -C "$ROOT/native" test; } >"$log" 2>&1 || status=$?
  passed=$(grep -c '^PASS ' "$log" || true)
  failed=$(grep -c '^FAIL ' "$log" || true)
  skipped=$(grep -c '^SKIP ' "$log" || true)
  if ((status != 0)); then
    tail -n 40 "$log" >&2
    ((failed > 0)) || failed=1
  elif ((passed == 0)); then
    failed=1 # nothing ran
  fi
  add native "$passed" "$failed" "$skipped"
}

# The formatter's check, which counts as one test, and apart from the rest: a line too long hides no other failure.
layer_format() {
  say "maven: format"
  if maven_quietly -fae spotless:check; then
    add format 1 0 0
  else
    add format 0 1 0
  fi
}

# Unit, exchange and architecture tests.
layer_maven() {
  local status=0 sums
  say "maven: verify"
  export POLLUX_LAB_KERNEL=$KERNEL POLLUX_LAB_LAUNCHER=$LAUNCHER POLLUX_LAB_READY=yes
  find "$ROOT" -path '*/target/surefire-reports/TEST-*.xml' -delete
  rm -f "$IT/target/classpath" # written anew when everything compiles: later layers do not test what is stale
  maven_quietly verify -fae -Dmaven.test.failure.ignore=true -Dspotless.check.skip -pl '!native' || status=1
  sums=$(surefire_sums)
  # shellcheck disable=SC2086 # three numbers
  set -- $sums
  ((status == 0)) || set -- "$1" "$(($2 + 1))" "$3"
  ((status != 0 || $1 > 0)) || set -- 0 1 "$3"
  add maven "$@"
}

# Prints "passed failed skipped" over all reports, and each failed test on stderr.
surefire_sums() {
  find "$ROOT" -path '*/target/surefire-reports/TEST-*.xml' -exec cat {} + | awk '
    function number(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3) + 0 : 0 }
    /<testsuite / { tests += number("tests"); bad += number("errors") + number("failures"); skipped += number("skipped") }
    /<testcase / { name = $0; sub(/.*classname="/, "", name); sub(/".*/, "", name); test = $0; sub(/.*<testcase name="/, "", test); sub(/".*/, "", test) }
    /<(failure|error)[ >]/ { print "    failed: " name " " test >"/dev/stderr" }
    END { print tests - bad - skipped, bad + 0, skipped + 0 }'
}

# The tests tagged netns and lab inside the guest: of all modules, or of the classes named.
layer_lab() {
  local reports=$IT/target/lab-reports directories=() directory sums
  say "lab: tests tagged netns and lab, in the guest kernel"
  rm -rf "$reports"
  mkdir -p "$reports"
  if [[ ! -r $IT/target/classpath ]]; then
    say "lab: there is no build to test"
    add lab 0 1 0
    return
  fi
  for directory in "$ROOT"/*/target/test-classes; do directories+=("$directory"); done
  cd "$ROOT" || return
  java_words
  local tests=("${directories[@]}")
  ((! $#)) || tests=(--class "$@")
  lab_words --mem 3G --rw "$reports" --timeout 3600 --die-with-parent --log "$reports/kernel.log"
  "${LAB_RUN[@]}" "${JAVA_WORDS[@]}" -cp "${JAVA_WORDS[-1]}$(printf ':%s' "${directories[@]}")" \
    "-Dpollux.reports=$reports" io.pollux.it.lab.LabTests "$reports" "${tests[@]}" >&2 || true
  sums=$(cat "$reports/sums" 2>/dev/null || echo 0 1 0)
  # shellcheck disable=SC2086 # three numbers
  add lab $sums
}

# The demo's scenarios with advertisements of one second, each of them a test.
layer_drills() {
  local report=$IT/target/drill-report status=0 passed failed
  if [[ ! -r $IT/target/classpath ]]; then
    say "drills: there is no build to test"
    add drills 0 1 0
    return
  fi
  if [[ ! -r $IT/target/classes/${DEMO//.//}.class ]]; then
    say "drills: skipped, the demo is not there yet"
    add drills 0 0 1
    return
  fi
  say "drills: advertisements of 1 s, in the guest kernel"
  rm -rf "$report"
  demo_words "$report" --timeout 900 --die-with-parent
  # Half the rate: a build machine may be busy, and what is asserted here is not speed.
  "${DEMO_RUN[@]}" --advert 1000 --pps 250 >&2 || status=$?
  passed=$(verdicts "$report/report.json" pass)
  failed=$(($(verdicts "$report/report.json" '[a-z-]*') - passed))
  ((status == 0 || failed > 0)) || failed=1
  ((passed > 0 || failed > 0)) || failed=1
  add drills "$passed" "$failed" 0
}

# verdicts FILE PATTERN - prints how many scenarios have such a verdict.
verdicts() {
  awk -v wanted="$2" '
    /"name" *:/ { split($0, part, "\""); name = part[4] }
    /"verdict" *:/ { split($0, part, "\""); if (name != "") last[name] = part[4] }
    END { for (name in last) if (last[name] ~ "^(" wanted ")$") count++; print count + 0 }
  ' "$1" 2>/dev/null || echo 0
}
