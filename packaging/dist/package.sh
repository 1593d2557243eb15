# Sourced by ./dev: the packages and the image.
# shellcheck shell=bash
# shellcheck source=integration-tests/lab/common.sh

DIST=$ROOT/packaging/dist

# ./dev package: .deb and .rpm for this machine's architecture, and the OCI image, in packaging/target/packages.
cmd_package() {
  (($# == 0)) || die "usage: ./dev package"
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
