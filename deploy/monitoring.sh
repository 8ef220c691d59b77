# Prometheus and Grafana for a school that has neither; read by deploy/install --monitoring, whose functions it uses.
# What somebody else has set up is never written over: then it is said which lines to add.
PROMETHEUS=/etc/prometheus DEFAULTS=/etc/default/prometheus GRAFANA=/etc/grafana
KEPT='--storage.tsdb.retention.time=35d' # the dashboards look back a month

name_packages() { # Debian has Prometheus; Grafana comes from an apt source of the school's own
  PACKAGES+=(prometheus)
  if apt-cache policy grafana 2>/dev/null | grep -Eq 'Candidate: *[0-9]'; then
    PACKAGES+=(grafana)
  else
    say "none of this machine's apt sources has Grafana: add yours and run this again, or use deploy/compose.yaml"
  fi
}

# Ours to write: there is none, it is the package's own unchanged, or we wrote it (it names our folder, or our setting).
is_ours() { # $1: a file, $2: what ours has in it
  [ -e "$1" ] || return 0
  grep -q -- "$2" "$1" && grep -q "by deploy/install" "$1" && return 0
  local sum; sum=$(dpkg-query -W -f='${Conffiles}\n' prometheus 2>/dev/null | awk -v file="$1" '$1 == file { print $2 }')
  [ -n "$sum" ] && [ "$(md5sum <"$1" | cut -d' ' -f1)" = "$sum" ]
}

put_prometheus() { # $1: the site
  local file
  for file in dashboards/rules/*.yaml; do
    put "$PROMETHEUS/breaktime/rules/${file##*/}" 644 <"$file"
  done
  [ -e $PROMETHEUS/breaktime/gateways.yml ] ||
    sed "s/example-primary/$1/" deploy/prometheus/gateways.yml | put $PROMETHEUS/breaktime/gateways.yml 644
  if is_ours $PROMETHEUS/prometheus.yml breaktime/rules; then
    { echo "# Written by deploy/install --monitoring."; sed "s/example-primary/$1/" deploy/prometheus/prometheus.yml; } |
      put $PROMETHEUS/prometheus.yml 644
  else
    say "$PROMETHEUS/prometheus.yml is your own and stays: add what $(realpath deploy/prometheus/job.yml) says"
  fi
  if is_ours $DEFAULTS "$KEPT"; then
    printf '# Written by deploy/install --monitoring: nobody but this machine reads it.\nARGS="%s %s"\n' \
      --web.listen-address=127.0.0.1:9090 "$KEPT" | put $DEFAULTS 644
  else
    say "$DEFAULTS is your own and stays; see that Prometheus listens on 127.0.0.1 alone"
  fi
}

put_grafana() {
  local file
  for file in dashboards/grafana/*.json; do
    put "$GRAFANA/breaktime/${file##*/}" 644 <"$file"
  done
  put $GRAFANA/provisioning/datasources/breaktime.yaml 644 <deploy/grafana/datasource.yaml
  put $GRAFANA/provisioning/dashboards/breaktime.yaml 644 <deploy/grafana/dashboards.yaml
}

put_monitoring() {
  local site; site=$(sed -nE 's/^site: *"?([a-z0-9-]+).*/\1/p' "$ETC/site.yaml" 2>/dev/null || true)
  put_prometheus "${site:-example-primary}"
  [ "$dry" ] || promtool check config $PROMETHEUS/prometheus.yml >/dev/null || die "promtool check config finds fault; see above"
  systemd enable --quiet prometheus.service
  systemd restart prometheus.service
  if [ -d $GRAFANA ]; then
    put_grafana
    systemd enable --quiet grafana-server.service
    systemd restart grafana-server.service
  fi
  say "numbers: http://127.0.0.1:9090; where Grafana is: http://127.0.0.1:3000; the rest: docs/monitoring.md"
}

drop_monitoring() { # what we brought; the packages stay, as all do
  local gone
  for gone in $PROMETHEUS/breaktime $GRAFANA/breaktime $GRAFANA/provisioning/{datasources,dashboards}/breaktime.yaml; do
    if [ -e "$gone" ]; then do_it rm -rf "$gone"; fi
  done
}
