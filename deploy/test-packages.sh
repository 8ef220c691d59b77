#!/usr/bin/env bash
# Installs the Debian packages that the system tests drive, only those that are missing, and only as root.
set -euo pipefail
declare -A program=(
  [chromium]=chromium [libnss3-tools]=certutil [nftables]=nft [iproute2]=ip [curl]=curl
  [openssl]=openssl [nginx-light]=nginx [wrk]=wrk [util-linux]=unshare [dnsmasq-base]=dnsmasq [procps]=ps
  [postgresql]=pg_ctlcluster
  [dnsmasq-utils]=dhcp_release [udhcpc]=udhcpc [freeradius-utils]=radclient
  [systemd]=systemd-analyze [debootstrap]=debootstrap
)
missing=()
for package in "${!program[@]}"; do
  command -v "${program[$package]}" >/dev/null || PATH=$PATH:/usr/sbin command -v "${program[$package]}" >/dev/null \
    || missing+=("$package")
done
. "$(dirname "$0")/paper.sh"
mapfile -t paper < <(paper_packages)
missing+=(${paper[@]+"${paper[@]}"})
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "breaktime: the system tests need these Debian packages; as root: apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "breaktime: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# Services of these packages are not wanted running: the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
