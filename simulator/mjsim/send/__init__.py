"""Sending webhooks: over aiohttp, or piece by piece where something is to go wrong on the wire."""
