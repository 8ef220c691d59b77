# What a PDF of the headteacher's week needs of Debian; read by setup.sh and test-packages.sh.
# paper_packages prints those that are missing; nothing where dpkg is not there to ask.
paper_packages() {
  local package
  command -v dpkg-query >/dev/null || return 0
  for package in libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || echo "$package"
  done
}
