"""The task API over HTTP: the same jobs in other words. Nothing in here decides anything about jobs."""
