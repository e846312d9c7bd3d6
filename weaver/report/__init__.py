"""Compare pages and runs with earlier ones, and sum up a site."""
