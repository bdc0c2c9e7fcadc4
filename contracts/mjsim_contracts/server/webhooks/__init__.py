"""What a server tells webhooks of its jobs, judged as a projection of what it answers about the same jobs."""
