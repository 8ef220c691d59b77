"""What a technician sees in Grafana: one module a dashboard, written out as JSON by `python -m dashboards`.

`queries` says what is asked, `panels` how it is drawn, `palette` in which colours, `frame` what all dashboards share.
Needs Grafana's builder library, which developers have; a school needs the JSON in `grafana/` alone.
"""
