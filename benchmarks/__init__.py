"""Measurements against the project's budgets: ``make bench``."""
