"""The documents that a school owes: written from the configuration in force, for people to finish."""
