"""A run, written down whole and run again: with its seed, settings and requests it gives the same answers."""
