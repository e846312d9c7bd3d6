"""Make a page of prose and of a run."""
