"""How a language writes numbers, dates and words."""
