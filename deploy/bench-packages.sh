#!/usr/bin/env bash
# Installs the Debian packages that `make bench-gateway` compares with, only those that are missing, and only as root.
# Their services are neither started nor enabled: the benchmark runs the programs by themselves.
set -euo pipefail
declare -A program=([squid-openssl]=squid [e2guardian]=e2guardian [dnsmasq-base]=dnsmasq [procps]=ps)
missing=()
for package in "${!program[@]}"; do
  PATH=$PATH:/usr/sbin command -v "${program[$package]}" >/dev/null || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "breaktime: the benchmark needs these Debian packages; as root: apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "breaktime: installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
for service in squid e2guardian; do
  if command -v systemctl >/dev/null; then systemctl --quiet disable $service 2>/dev/null || true; fi
done
