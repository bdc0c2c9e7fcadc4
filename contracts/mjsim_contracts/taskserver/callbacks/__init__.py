"""What a server of the task API tells of its tasks without being asked is heard, and judged."""
