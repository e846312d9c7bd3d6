"""Find what does not fit together, without running anything."""
