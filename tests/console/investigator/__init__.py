"""The investigator's pages."""
