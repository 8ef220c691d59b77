"""The record in a real PostgreSQL: forwarded, kept apart by school, forgotten, brought from form to form."""
