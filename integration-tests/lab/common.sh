# Sourced by ./dev: messages, places, what must be installed.
# shellcheck shell=bash disable=SC2034

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/pollux
LAB=$ROOT/integration-tests/lab
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:$CACHE/promtool/usr/bin

if [[ -t 2 && -z ${CI:-} && -z ${NO_COLOR:-} ]]; then
  BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' PLAIN=$'\e[0m'
else
  BOLD='' RED='' GREEN='' PLAIN=''
fi

# Progress, on stderr: stdout belongs to what was asked for.
say() { printf '%s==>%s %s\n' "$BOLD" "$PLAIN" "$*" >&2; }

# The one clear line when it cannot go on.
die() {
  printf '%sdev:%s %s\n' "$RED" "$PLAIN" "$*" >&2
  exit 1
}

# Is PROBE there? A probe with a slash is a file pattern, else a command.
present() {
  if [[ $1 == */* ]]; then
    compgen -G "$1" >/dev/null
  else
    command -v "$1" >/dev/null
  fi
}

# need PACKAGE:PROBE... - installs the Debian packages whose probe fails, or names them and stops.
need() {
  local pair missing=()
  for pair; do
    present "${pair#*:}" || missing+=("${pair%%:*}")
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null || die "please install: ${missing[*]} (names of Debian's packages)"
  ((EUID == 0)) || die "please install: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  install_packages "${missing[@]}" || die "apt-get could not install: ${missing[*]}"
  for pair; do
    present "${pair#*:}" || die "still missing after installing ${pair%%:*}: ${pair#*:}"
  done
}

# Installs without starting a service: a daemon of ours or strongSwan's must not run on the host.
install_packages() (
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  install=(apt-get -y -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 install --no-install-recommends "$@")
  "${install[@]}" >/dev/null 2>&1 && exit 0
  say "updating the package lists"
  apt-get -qq -o DPkg::Lock::Timeout=600 update >&2 && "${install[@]}" >/dev/null
)

need_build() {
  need gcc:gcc make:make libc6-dev:/usr/include/stdlib.h linux-libc-dev:/usr/include/linux/xfrm.h maven:mvn
  need_jdk
}

# What the tests and the demo run inside the lab.
need_peers() {
  need iproute2:ip iputils-ping:ping tcpdump:tcpdump python3:python3 keepalived:keepalived \
    nftables:nft conntrack:conntrack \
    strongswan-swanctl:swanctl charon-systemd:charon-systemd \
    libstrongswan-standard-plugins:/usr/lib/ipsec/plugins/libstrongswan-openssl.so \
    libstrongswan-extra-plugins:/usr/lib/ipsec/plugins/libstrongswan-cmac.so \
    strongswan-pki:pki openssl:openssl softhsm2:softhsm2-util
  need_libreswan
}

# Sets LIBRESWAN to a folder with libreswan's programs. Its package and strongSwan's exclude each other, so it is
# unpacked aside; what it needs is installed.
need_libreswan() {
  LIBRESWAN=$CACHE/lab/libreswan
  local lib=/usr/lib/*-linux-gnu made
  need libnss3-tools:certutil libldns3:"$lib/libldns.so.3" libunbound8:"$lib/libunbound.so.8" \
    libevent-core-2.1-7:"$lib/libevent_core-2.1.so.7" libevent-pthreads-2.1-7:"$lib/libevent_pthreads-2.1.so.7" \
    libcurl3-nss:"$lib/libcurl-nss.so.4" libldap-2.5-0:"$lib/libldap-2.5.so.0" libaudit1:'/lib/*-linux-gnu/libaudit.so.1' \
    libcap-ng0:'/lib/*-linux-gnu/libcap-ng.so.0' dpkg:dpkg-deb
  [[ -x $LIBRESWAN/usr/libexec/ipsec/pluto ]] && return
  say "downloading libreswan"
  mkdir -p "$CACHE/lab"
  made=$(mktemp -d "$CACHE/lab/libreswan.XXXXXX")
  (cd "$made" && apt-get -qq download libreswan >/dev/null 2>&1 && dpkg-deb -x libreswan_*.deb . && rm libreswan_*.deb) ||
    die "cannot download Debian's package libreswan: apt-get update, then again"
  mv -T "$made" "$LIBRESWAN" 2>/dev/null || rm -rf "$made" # somebody else was faster
}

# Sets JDK to a JDK 25, which Maven is started with as well.
need_jdk() {
  JDK=$(find_jdk) && return
  ((EUID == 0)) && command -v apt-get >/dev/null && install_jdk
  JDK=$(find_jdk) || die "JDK 25 not found: install one and set JAVA_HOME (for example Temurin 25, https://adoptium.net)"
}

find_jdk() {
  local home
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*25* /usr/java/*25* /usr/local/*jdk*25* \
    "$HOME"/.sdkman/candidates/java/25* "$HOME"/.jdks/*25*; do
    [[ -x $home/bin/javac && -r $home/release ]] || continue
    grep -q '^JAVA_VERSION="25[.+"-]' "$home/release" || continue
    printf '%s\n' "$home"
    return
  done
  return 1
}

install_jdk() {
  local package
  for package in openjdk-25-jdk-headless temurin-25-jdk; do
    apt-cache show "$package" >/dev/null 2>&1 || continue
    say "installing $package"
    install_packages "$package" && return
  done
  return 0
}

# Maven on JDK 25, in the project's root.
maven() { (cd "$ROOT" && JAVA_HOME=$JDK mvn -B -ntp "$@"); }
