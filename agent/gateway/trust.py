"""What a managed device needs to trust the CA's root, for each kind of management, with the way back.

A certificate and the school's name come in, files go out; nothing here signs anything.
"""

from __future__ import annotations

import json
import plistlib
from hashlib import sha1
from uuid import NAMESPACE_DNS, uuid5

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from agent.gateway.signing import pem

KINDS = ("apple", "windows", "google", "linux")
NAME = "breaktime-root"

_HEAD = """\
{site}: the root of Breaktime's certificate authority
SHA-256 {fingerprint}

What it means. A device that trusts this root lets the school's gateway open connections to social media, and to
nothing else: the authorities that it signed carry a critical name constraint, and the root's own key is sealed and
not on the gateway. Install it only on devices of the school's own whose user was told. Compare the SHA-256 above with
what `breaktime ca show` says.

"""

_README = {
    "apple": """\
By device management (Jamf, Intune, Apple School Manager with any MDM):
  upload breaktime.mobileconfig as a custom profile and assign it to the school's devices.
By hand on one device:
  open breaktime.mobileconfig, then Settings > General > VPN & Device Management > install;
  on iOS also Settings > General > About > Certificate Trust Settings > turn it on.
Back: remove the profile; the trust goes with it.
""",
    "windows": """\
By Group Policy (recommended):
  Group Policy Management > a policy for the school's computers > Computer Configuration > Policies >
  Windows Settings > Security Settings > Public Key Policies > Trusted Root Certification Authorities >
  Import > breaktime-root.cer. Computers take it within two hours, or at `gpupdate /force`.
By a registry preference or Intune: breaktime-root.reg holds the same value under
  HKLM\\SOFTWARE\\Policies\\Microsoft\\SystemCertificates\\Root\\Certificates.
By hand on one computer, as administrator: trust-breaktime.cmd (certutil).
Edge and Chrome use the store of Windows; Firefox does with the policy ImportEnterpriseRoots.
Back: take it out of the policy, or run untrust-breaktime.cmd.
""",
    "google": """\
Google Admin console > Devices > Networks > Certificates > choose the organisational unit of the school's
Chromebooks > Add certificate > name it "Breaktime", upload breaktime-root.crt >
tick "Enabled for Chromebook" (and Android, iOS where they are the school's) > Add.
Chromebooks take it at the next sign-in; chrome://settings/certificates shows it.
Back: delete it in the same place.
""",
    "linux": """\
Debian, Ubuntu:           sh trust-breaktime.sh     as root
Fedora, Red Hat, CentOS:  the same
Chromium and Chrome read the store of the system on Fedora, and each user's NSS database on Debian:
  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n breaktime -i breaktime-root.crt
Firefox: copy firefox-policies.json to /etc/firefox/policies/policies.json (it names the file in the system's store).
Back: sh untrust-breaktime.sh
""",
}

_TRUST_SH = """\
#!/bin/sh
# Adds Breaktime's root to this system's store of certificates. As root.
set -eu
cd "$(dirname "$0")"
if [ -d /usr/local/share/ca-certificates ]; then
  install -m 644 breaktime-root.crt /usr/local/share/ca-certificates/breaktime-root.crt
  update-ca-certificates
elif [ -d /etc/pki/ca-trust/source/anchors ]; then
  install -m 644 breaktime-root.crt /etc/pki/ca-trust/source/anchors/breaktime-root.crt
  update-ca-trust
else
  echo "no store of certificates was found; see your system's manual" >&2
  exit 1
fi
"""

_UNTRUST_SH = """\
#!/bin/sh
# Takes Breaktime's root out of this system's store of certificates. As root.
set -eu
rm -f /usr/local/share/ca-certificates/breaktime-root.crt /etc/pki/ca-trust/source/anchors/breaktime-root.crt
if command -v update-ca-certificates >/dev/null; then update-ca-certificates --fresh; else update-ca-trust; fi
"""


def files(kind: str, certificate: x509.Certificate, site: str) -> dict[str, bytes]:
    """The files for a kind of device by name, `README.txt` among them. `kind` is one of `KINDS`."""
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    readme = _HEAD.format(site=site, fingerprint=fingerprint) + _README[kind]
    made = {"apple": _apple, "windows": _windows, "google": _google, "linux": _linux}[kind](certificate, site)
    return {"README.txt": readme.encode(), **made}


def der(certificate: x509.Certificate) -> bytes:
    """The certificate as Windows and Android want it."""
    return certificate.public_bytes(serialization.Encoding.DER)


def mobileconfig(certificate: x509.Certificate, site: str) -> bytes:
    """A profile for Apple's devices. The same certificate makes the same profile, so that it replaces itself."""
    mark = certificate.fingerprint(hashes.SHA256()).hex()
    inner = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"breaktime.{mark[:16]}.root",
        "PayloadUUID": str(uuid5(NAMESPACE_DNS, f"{mark}.root")).upper(),
        "PayloadDisplayName": "Breaktime root (social media only)",
        "PayloadCertificateFileName": f"{NAME}.cer",
        "PayloadContent": der(certificate),
    }
    outer = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"breaktime.{mark[:16]}",
        "PayloadUUID": str(uuid5(NAMESPACE_DNS, mark)).upper(),
        "PayloadDisplayName": f"{site}: Breaktime",
        "PayloadDescription": "Lets the school's gateway open social media on this device, and nothing else.",
        "PayloadOrganization": site,
        "PayloadRemovalDisallowed": False,
        "PayloadContent": [inner],
    }
    return plistlib.dumps(outer)


def _apple(certificate: x509.Certificate, site: str) -> dict[str, bytes]:
    return {"breaktime.mobileconfig": mobileconfig(certificate, site)}


def _windows(certificate: x509.Certificate, site: str) -> dict[str, bytes]:
    thumb = sha1(der(certificate), usedforsecurity=False).hexdigest().upper()
    trust = f'@echo off\r\ncertutil -addstore -f Root "%~dp0{NAME}.cer"\r\n'
    untrust = f"@echo off\r\ncertutil -delstore Root {thumb}\r\n"
    return {
        f"{NAME}.cer": der(certificate),
        f"{NAME}.reg": _registry(certificate, thumb),
        "trust-breaktime.cmd": trust.encode(),
        "untrust-breaktime.cmd": untrust.encode(),
    }


def _registry(certificate: x509.Certificate, thumb: str) -> bytes:
    """The value that a Group Policy would write: properties of the certificate, each with its kind and length.

    Property 3 is the SHA-1 that Windows finds it by, 32 the certificate itself.
    """
    blob = b""
    for number, content in ((3, bytes.fromhex(thumb)), (32, der(certificate))):
        blob += number.to_bytes(4, "little") + b"\1\0\0\0" + len(content).to_bytes(4, "little") + content
    key = rf"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\SystemCertificates\Root\Certificates\{thumb}"
    text = f'Windows Registry Editor Version 5.00\r\n\r\n[{key}]\r\n"Blob"=hex:{blob.hex(",")}\r\n'
    return b"\xff\xfe" + text.encode("utf-16-le")


def _google(certificate: x509.Certificate, site: str) -> dict[str, bytes]:
    return {f"{NAME}.crt": pem(certificate)}


def _linux(certificate: x509.Certificate, site: str) -> dict[str, bytes]:
    place = f"/usr/local/share/ca-certificates/{NAME}.crt"
    policies = {"policies": {"Certificates": {"ImportEnterpriseRoots": True, "Install": [place]}}}
    return {
        f"{NAME}.crt": pem(certificate),
        "trust-breaktime.sh": _TRUST_SH.encode(),
        "untrust-breaktime.sh": _UNTRUST_SH.encode(),
        "firefox-policies.json": json.dumps(policies, indent=2).encode() + b"\n",
    }
