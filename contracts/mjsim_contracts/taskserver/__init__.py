"""Servers of the task API: one is judged by Schemathesis, and by whether its tasks and its credits tell one story."""
