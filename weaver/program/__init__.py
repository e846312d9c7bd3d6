"""Tutorials as programs: their cells, meaning, key and run records."""
