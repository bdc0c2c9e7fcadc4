"""HTTP: routes, bodies and answers. Nothing in here decides anything about jobs."""
