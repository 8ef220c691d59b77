"""The headteacher's week: rows and totals of the store → figures (pure) → page, PDF, letter, JSON and CSV."""
