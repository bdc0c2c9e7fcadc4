"""A client in this process talks with an API in memory; what it is told is varied, and the one change that breaks it found."""
