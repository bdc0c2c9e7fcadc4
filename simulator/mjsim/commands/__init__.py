"""One module for each command: its arguments, its examples and what it does."""
