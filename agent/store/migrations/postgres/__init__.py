"""The forms of the database in PostgreSQL. The number of a step is the form that it makes."""
