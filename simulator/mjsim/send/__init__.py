"""Sending webhooks: over aiohttp, or byte by byte where something is to go wrong on the wire."""
