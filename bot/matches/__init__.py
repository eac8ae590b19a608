"""Suggestions as people see them, and `/matches`."""
