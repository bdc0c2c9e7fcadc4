"""A client in this process talks with an API in memory, is told many things, and the one that breaks it is found."""
