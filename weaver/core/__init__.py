"""What every other package stands on: the layout, files, problems and their messages."""
