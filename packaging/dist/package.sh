# Sourced by ./dev: the packages and the image, and what proves them.
# shellcheck shell=bash
# shellcheck source=integration-tests/lab/common.sh
# shellcheck source=integration-tests/lab/layers.sh

DIST=$ROOT/packaging/dist

# ./dev package [--test | --reproducible]: .deb and .rpm for this machine's architecture, and the OCI image, in
# packaging/target/packages. --test tries them, --reproducible builds them twice and compares.
cmd_package() {
  case $#:${1:-} in
  0:) build_packages ;;
  1:--test) test_packages ;;
  1:--reproducible) reproduce_packages ;;
  *) die "usage: ./dev package [--test | --reproducible]" ;;
  esac
}

build_packages() {
  local deb rpm out=$ROOT/packaging/target/packages
  need_build
  need binutils:objdump unzip:unzip xz-utils:xz
  case $(uname -m) in
  x86_64) deb=amd64 rpm=x86_64 ;;
  aarch64) deb=arm64 rpm=aarch64 ;;
  *) die "no packages for $(uname -m)" ;;
  esac
  say "building"
  build_natives || die "the native programs do not build"
  rm -rf "$out"
  mkdir -p "$out"
  maven_quietly integration-test -Ppackages "-Ddeb.architecture=$deb" "-Drpm.architecture=$rpm" \
    "-Ddeb.compression=${POLLUX_DEB_COMPRESSION:-xz}" \
    -Dmaven.test.skip -Dspotless.check.skip -pl '!native' || die "the packages do not build"
  "$DIST/image" "$ROOT/packaging/target" "$deb" "$out/pollux-image-$deb.tar" || die "the image does not build"
  say "packages:"
  (cd "$out" && sha256sum -- *)
}

# Sets POLLUX_TEST_ROOT: a Debian with systemd, made once, copied or overlaid by whoever wants to write to it.
need_test_root() {
  local root=$CACHE/roots/bookworm
  ((EUID == 0)) || die "debootstrap and dpkg in a root of their own need root"
  need debootstrap:debootstrap
  if [[ ! -d $root ]]; then
    say "debootstrap"
    mkdir -p "${root%/*}"
    rm -rf "$root.new"
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,iproute2 bookworm "$root.new" >&2 ||
      die "debootstrap failed"
    rm -rf "$root.new"/var/cache/apt/archives/*.deb "$root.new"/var/lib/apt/lists/*
    mv "$root.new" "$root"
  fi
  export POLLUX_TEST_ROOT=$root
}

# Sets PROMTOOL to Debian's, unpacked aside, because its package would start a server. Fails where it cannot be had.
have_promtool() {
  local made
  PROMTOOL=$(command -v promtool || true)
  [[ -z $PROMTOOL ]] || return 0
  PROMTOOL=$CACHE/promtool/usr/bin/promtool
  [[ ! -x $PROMTOOL ]] || return 0
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  say "downloading promtool"
  mkdir -p "$CACHE"
  made=$(mktemp -d -p "$CACHE")
  if (cd "$made" && apt-get -qq download prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb |
    tar -x ./usr/bin/promtool && rm prometheus_*.deb) >"$made/log" 2>&1; then
    mv -T "$made" "$CACHE/promtool" 2>/dev/null || rm -rf "$made" # somebody else was faster
  else
    rm -rf "$made"
    return 1
  fi
}

# The alert rules with Prometheus' own tool: are they rules, and does each fire when it should and only then?
layer_alerts() {
  if ! have_promtool; then
    say "packages: alert rules not tried: there is no promtool, and Debian's package prometheus cannot be downloaded"
    add alerts 0 0 1
    return
  fi
  say "packages: promtool"
  local passed=0 failed=0
  if "$PROMTOOL" check rules "$DIST/examples/metrics/pollux-alerts.yml" >&2; then passed=1; else failed=1; fi
  if "$PROMTOOL" test rules "$DIST/test/alerts.yml" >&2; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  add alerts "$passed" "$failed" 0
}

# Lints, the .deb and the .rpm each in a root of its own, then systemd and containers in the guest kernel.
test_packages() {
  local out=$ROOT/packaging/target/packages log=$ROOT/target/dev-packages.log
  need_build
  compgen -G "$out/*.deb" >/dev/null || build_packages
  need_test_root
  need lintian:lintian rpmlint:rpmlint rpm:rpm docker.io:dockerd
  need_peers
  need_kernel
  PASSED=0 FAILED=0 SKIPPED=0
  layer_lint "$out"
  layer_alerts
  layer_roots "$out" "$log"
  build -DskipTests
  layer_lab io.pollux.it.packaging.SystemdLabTest io.pollux.it.packaging.ContainersLabTest
  printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  ((FAILED == 0 && PASSED > 0))
}

# What the distributions' own checkers say, beyond the overrides, each of which has its reason beside it.
layer_lint() {
  local passed=0 failed=0
  say "packages: lintian"
  if lintian --fail-on error,warning --allow-root "$1"/*.deb >&2; then passed=1; else failed=1; fi
  say "packages: rpmlint"
  if rpmlint --config "$DIST/rpm/rpmlint.toml" "$1"/*.rpm >&2; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  add lint "$passed" "$failed" 0
}

# Prints PASS, FAIL and SKIP lines on stderr, and counts them.
layer_roots() {
  local passed failed skipped status=0
  say "packages: dpkg and rpm, each in a root of its own, and the image where the kernel has no ESP"
  : >"$2"
  "$DIST/test/try-deb" "$1"/*.deb >>"$2" 2>&1 || status=1
  "$DIST/test/try-rpm" "$1"/*.rpm >>"$2" 2>&1 || status=1
  "$DIST/test/try-image" "$1"/pollux-image-*.tar >>"$2" 2>&1 || status=1
  cat "$2" >&2
  passed=$(grep -c '^PASS ' "$2" || true)
  failed=$(grep -c '^FAIL ' "$2" || true)
  skipped=$(grep -c '^SKIP ' "$2" || true)
  ((status == 0 || failed > 0)) || failed=1
  add roots "$passed" "$failed" "$skipped"
}

# Two builds from nothing, compared file by file.
reproduce_packages() {
  local first=$ROOT/target/reproduce
  rm -rf "$first" "$ROOT/packaging/target"
  build_packages >/dev/null
  mkdir -p "$first"
  mv "$ROOT/packaging/target/packages" "$ROOT/packaging/target/root" "$first/"
  rm -rf "$ROOT/packaging/target"
  build_packages >/dev/null
  "$DIST/test/compare" "$first" "$ROOT/packaging/target"
}

# ./dev bench start [ROUNDS]
bench_start() {
  local product=$ROOT/packaging/target/root/usr/lib/pollux
  need iproute2:ip
  [[ -x $product/bin/polluxd ]] || build_packages >&2
  exec "$DIST/test/bench-start" "$product" "${1:-9}"
}
