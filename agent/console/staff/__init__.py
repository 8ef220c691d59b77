"""The pages of everybody on the staff: what is recorded, today's rules, their requests; raising a concern."""
