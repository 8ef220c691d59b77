"""A real Prometheus beside a real gateway."""
