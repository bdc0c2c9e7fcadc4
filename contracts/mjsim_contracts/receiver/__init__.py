"""Receivers of webhooks: one is judged by what it answers to deliveries, true ones and faulty ones, and by what it does."""
