#!/usr/bin/env bash
# Installs the Debian packages that the tests drive, only those that are missing, and only as root.
#   test-packages.sh                 all of them; without them the system tests cannot run, so it fails
#   test-packages.sh --only PACKAGE  that one; where it cannot be had, says so and what is left out, and goes on
set -euo pipefail
declare -A program=(
  [chromium]=chromium [libnss3-tools]=certutil [nftables]=nft [iproute2]=ip [curl]=curl
  [openssl]=openssl [nginx-light]=nginx [wrk]=wrk [util-linux]=unshare [dnsmasq-base]=dnsmasq [procps]=ps
  [postgresql]=pg_ctlcluster [prometheus]=promtool
  [dnsmasq-utils]=dhcp_release [udhcpc]=udhcpc [freeradius-utils]=radclient
  [systemd]=systemd-analyze [debootstrap]=debootstrap
)
wanted=("${!program[@]}")
only=""
if [ "${1:-}" = --only ]; then
  only=$2
  wanted=("$only")
fi
missing=()
for package in "${wanted[@]}"; do
  command -v "${program[$package]}" >/dev/null || PATH=$PATH:/usr/sbin command -v "${program[$package]}" >/dev/null \
    || missing+=("$package")
done
. "$(dirname "$0")/paper.sh"
mapfile -t paper < <(paper_packages)
missing+=(${paper[@]+"${paper[@]}"})
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  if [ -n "$only" ]; then
    echo "breaktime: LEFT OUT: the tests that need ${program[$only]}; as root: apt-get install $only" >&2
    exit 0
  fi
  echo "breaktime: the system tests need these Debian packages; as root: apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "breaktime: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
# Services of these packages are not wanted running: the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
install_missing() {
  apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
if [ -n "$only" ]; then
  install_missing || { echo "breaktime: LEFT OUT: the tests that need ${program[$only]}, which cannot be installed" >&2; exit 0; }
else
  install_missing
fi
# Prometheus would start with the machine from then on, too.
case " ${missing[*]} " in *" prometheus "*)
  if command -v systemctl >/dev/null; then systemctl --quiet disable prometheus 2>/dev/null || true; fi ;;
esac
