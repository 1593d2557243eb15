# Sourced by ./dev: the kernel lab. Which kernel, the launcher, one run.
# shellcheck shell=bash
# shellcheck source=integration-tests/lab/common.sh

# Sets KERNEL to the guest kernel's program: the named one, a cached own build, Debian's.
need_kernel() {
  local own=$CACHE/lab/kernel/linux
  [[ $(uname -m) == x86_64 ]] || die "the guest kernel runs on x86-64 only; try ./dev lab --host"
  if [[ -n ${POLLUX_LAB_KERNEL:-} ]]; then
    [[ -r $POLLUX_LAB_KERNEL ]] || die "POLLUX_LAB_KERNEL names no readable file: $POLLUX_LAB_KERNEL"
    KERNEL=$(unpacked "$(realpath "$POLLUX_LAB_KERNEL")")
  elif [[ -x $own && -r $own.config ]] && cmp -s "$own.config" "$LAB/uml-kernel.config"; then
    KERNEL=$own
  else
    need user-mode-linux:linux.uml kmod:modprobe
    KERNEL=$(command -v linux.uml)
  fi
}

# Prints the path of the kernel, unpacked into the cache where it is an .xz.
unpacked() {
  local packed=$1 sum kernel
  if [[ $packed != *.xz ]]; then
    [[ -x $packed ]] || die "not executable: $packed"
    printf '%s\n' "$packed"
    return
  fi
  need xz-utils:xz
  sum=$(sha256sum <"$packed")
  kernel=$CACHE/lab/unpacked/${sum%% *}
  if [[ ! -x $kernel ]]; then
    mkdir -p "${kernel%/*}"
    xz -dc "$packed" >"$kernel.$$" || die "cannot unpack $packed"
    chmod 755 "$kernel.$$"
    mv "$kernel.$$" "$kernel"
  fi
  printf '%s\n' "$kernel"
}

# Sets LAUNCHER, compiled once for each state of its sources.
need_launcher() {
  local sum made
  sum=$(cat "$LAB"/*.[ch] "$LAB/Makefile" | sha256sum)
  made=$CACHE/lab/launcher/${sum:0:16}
  LAUNCHER=$made/pollux-lab
  [[ -x $LAUNCHER ]] && return
  need gcc:gcc make:make libc6-dev:/usr/include/stdlib.h linux-libc-dev:/usr/include/linux/xfrm.h
  mkdir -p "${made%/*}"
  make -s -C "$LAB" OUT="$made.$$" >&2 || die "the lab's launcher does not compile"
  mv -T "$made.$$" "$made" 2>/dev/null || rm -rf "$made.$$" # somebody else was faster
}

# A host that can stand in for the guest: root, and a kernel with ESP.
need_host_esp() {
  ((EUID == 0)) || die "--host needs root"
  need iproute2:ip
  unshare -n ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1000 mode tunnel \
    aead 'rfc4106(gcm(aes))' 0x0000000000000000000000000000000000000000 128 2>/dev/null ||
    die "--host: this machine's kernel has no ESP; leave --host out to use the guest kernel"
}

# lab_words OPTION... - sets LAB_RUN to the launcher's command line, up to where the command follows.
lab_words() {
  need_launcher
  mkdir -p "$CACHE/lab/mnt"
  LAB_RUN=("$LAUNCHER" --dir "$CACHE/lab/mnt")
  if [[ ${1:-} == --host ]]; then
    need_host_esp
    shift
  else
    need_kernel
    LAB_RUN+=(--kernel "$KERNEL")
  fi
  LAB_RUN+=("$@" --)
}

LAB_USAGE='usage: ./dev lab [--mem SIZE] [--rw DIR]... [--env NAME=VALUE]... [--timeout SECONDS] [--log FILE] [--host] CMD...'

# ./dev lab: becomes the launcher.
cmd_lab() {
  local options=() host=()
  while (($#)); do
    case $1 in
    --host) host=(--host) ;;
    --mem | --rw | --env | --timeout | --log)
      (($# > 1)) || die "$LAB_USAGE"
      [[ $1 != --mem || $2 =~ ^[0-9]+[MG]$ ]] || die "--mem takes a size such as 512M or 2G, not '$2'"
      options+=("$1" "$2")
      shift
      ;;
    --)
      shift
      break
      ;;
    -*) die "$LAB_USAGE" ;;
    *) break ;;
    esac
    shift
  done
  (($#)) || die "$LAB_USAGE"
  lab_words "${host[@]}" "${options[@]}"
  exec "${LAB_RUN[@]}" "$@"
}

# ./dev lab-kernel: Debian's source with the lab's configuration, about 20 CPU-minutes.
cmd_lab_kernel() {
  local kernel=$CACHE/lab/kernel/linux source=/usr/src/linux-source-6.1.tar.xz
  if [[ -x $kernel ]] && cmp -s "$kernel.config" "$LAB/uml-kernel.config"; then
    say "already built: $kernel"
    return
  fi
  need gcc:gcc make:make libc6-dev:/usr/include/stdlib.h xz-utils:xz flex:flex bison:bison bc:bc \
    linux-source-6.1:"$source"
  mkdir -p "$CACHE/lab/kernel"
  KERNEL_BUILD=$(mktemp -d "$CACHE/lab/kernel/build.XXXXXX")
  trap 'rm -rf "$KERNEL_BUILD"' EXIT
  say "unpacking $source"
  tar -C "$KERNEL_BUILD" --strip-components=1 -xf "$source"
  say "building the guest kernel on $(nproc) processors: about 20 CPU-minutes"
  (
    cd "$KERNEL_BUILD"
    KCONFIG_ALLCONFIG=$LAB/uml-kernel.config make -s ARCH=um allnoconfig
    make -s ARCH=um -j"$(nproc)" linux
  ) >"$kernel.log" 2>&1 || die "the kernel does not build: see $kernel.log"
  strip -o "$kernel.new" "$KERNEL_BUILD/linux"
  cp "$LAB/uml-kernel.config" "$kernel.config"
  mv "$kernel.new" "$kernel"
  rm -f "$kernel.log"
  say "built: $kernel"
}
