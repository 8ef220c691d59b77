"""The documents that a school owes."""
