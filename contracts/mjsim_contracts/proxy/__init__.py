"""The proxy between a client and a truthful server: it records everything, and changes what a script tells it to."""
