"""Traffic: what a client sent and was given, as values that do not depend on who recorded them."""
