"""What the use cases need from the world, and no more: each is a Protocol that a real part fulfils."""

from mjsim.ports.clock import Clock, Wall
from mjsim.ports.picture import Fetch, Paint
from mjsim.ports.post import LEASE, Claimed, DeliveryQuery, DisabledUrl, Errands, Outbox, Send, Tamper
from mjsim.ports.store import Page, Query, Store, Turn

__all__ = [
    "LEASE",
    "Claimed",
    "Clock",
    "DeliveryQuery",
    "DisabledUrl",
    "Errands",
    "Fetch",
    "Outbox",
    "Page",
    "Paint",
    "Query",
    "Send",
    "Store",
    "Tamper",
    "Turn",
    "Wall",
]
