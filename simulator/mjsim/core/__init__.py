"""Values and rules: nothing in here asks for the time, chance, a file or the network; they arrive as arguments."""
