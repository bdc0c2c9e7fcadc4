"""The check of a client: a command that is run again and again, each time against a slightly different truth."""
