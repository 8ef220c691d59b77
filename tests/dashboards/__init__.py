"""The dashboards as files, without a Grafana."""
