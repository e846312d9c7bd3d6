"""Begin something new: a tutorial."""
