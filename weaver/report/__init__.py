"""Compare runs, and sum up a site."""
