# Prometheus and Grafana for a school that has neither; read by deploy/install --monitoring, whose functions it uses.
# What somebody else has set up is never written over: then it is said which lines to add.
PROMETHEUS=/etc/prometheus DEFAULTS=/etc/default/prometheus GRAFANA=/etc/grafana
GRAFANA_SAMPLE=/usr/share/grafana/conf/sample.ini
GRAFANA_UNIT=/etc/systemd/system/grafana-server.service.d/breaktime.conf
KEPT='--storage.tsdb.retention.time=35d' # the dashboards look back a month

name_packages() { # Debian has Prometheus; Grafana comes from an apt source of the school's own
  PACKAGES+=(prometheus)
  if apt-cache policy grafana 2>/dev/null | grep -Eq 'Candidate: *[0-9]'; then
    PACKAGES+=(grafana)
  else
    say "none of this machine's apt sources has Grafana: add yours and run this again, or use deploy/compose.yaml"
  fi
}

# Ours to write: there is none, it is as we wrote it, or as its package brought it. Once edited it is somebody's own.
is_ours() { # $1: a file, $2: its package, $3: what the package copies it from, if it does
  [ -e "$1" ] || return 0
  [ -n "${3:-}" ] && cmp -s "$1" "$3" && return 0
  local is; is=$(md5sum <"$1" | cut -d' ' -f1)
  grep -qsFx "$is  $1" "$PROMETHEUS/breaktime/written" && return 0
  [ "$(dpkg-query -W -f='${Conffiles}\n' "$2" 2>/dev/null | awk -v file="$1" '$1 == file { print $2 }')" = "$is" ]
}

put_ours() { # as put, and it is noted how we wrote it
  put "$1" "$2"
  [ "$dry" ] && return
  local notes=$PROMETHEUS/breaktime/written
  { if [ -e "$notes" ]; then grep -vF "  $1" "$notes" || true; fi; md5sum "$1"; } >"$notes.new"
  mv "$notes.new" "$notes"
}

put_prometheus() { # $1: the site
  local file
  for file in dashboards/rules/*.yaml; do
    put "$PROMETHEUS/breaktime/rules/${file##*/}" 644 <"$file"
  done
  [ -e $PROMETHEUS/breaktime/gateways.yml ] ||
    sed "s/example-primary/$1/" deploy/prometheus/gateways.yml | put $PROMETHEUS/breaktime/gateways.yml 644
  if is_ours $PROMETHEUS/prometheus.yml prometheus; then
    { echo "# Written by deploy/install --monitoring."; sed "s/example-primary/$1/" deploy/prometheus/prometheus.yml; } |
      put_ours $PROMETHEUS/prometheus.yml 644
  else
    say "$PROMETHEUS/prometheus.yml is your own and stays: add what $(realpath deploy/prometheus/job.yml) says"
  fi
  if is_ours $DEFAULTS prometheus; then
    printf '# Written by deploy/install --monitoring: nobody but this machine reads it.\nARGS="%s %s"\n' \
      --web.listen-address=127.0.0.1:9090 "$KEPT" | put_ours $DEFAULTS 644
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
  # Its package has it listen to everybody, with a password that everybody knows.
  if is_ours $GRAFANA/grafana.ini grafana "$GRAFANA_SAMPLE" && is_ours $GRAFANA_UNIT grafana; then
    printf '[Service]\nEnvironment=GF_SERVER_HTTP_ADDR=127.0.0.1\n' | put_ours $GRAFANA_UNIT 644
    systemd daemon-reload
  else
    say "Grafana is set up by yourself and stays so; see where http_addr in $GRAFANA/grafana.ini has it listen"
  fi
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
  say "numbers: http://127.0.0.1:9090; where Grafana is: http://127.0.0.1:3000 (change its password, admin, at once); the rest: docs/monitoring.md"
}

drop_monitoring() { # what we brought; the packages stay, as all do
  local gone
  # What points at them stays, noted as ours, and so do the school's own gateways and passwords beside them.
  for gone in $PROMETHEUS/breaktime/rules $GRAFANA/breaktime $GRAFANA/provisioning/{datasources,dashboards}/breaktime.yaml; do
    if [ -e "$gone" ]; then do_it rm -rf "$gone"; fi
  done
  if [ -e $GRAFANA_UNIT ]; then say "Grafana still listens on this machine only, by $GRAFANA_UNIT"; fi
}
