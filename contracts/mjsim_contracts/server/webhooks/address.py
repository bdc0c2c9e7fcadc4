"""Webhooks can only be judged where the server can reach whoever judges: on this machine, or in the same private network."""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Place:
    """An address of this machine to listen at; `certain` says that nothing can stand between it and the server."""

    host: str
    certain: bool


def listening_place(base: str) -> Place | None:
    """Where a server at this base URL can reach us by IPv4; None where it cannot."""
    parts = urlsplit(base)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_STREAM)
    except OSError:
        return None
    addresses = [str(each[4][0]).partition("%")[0] for each in found]
    if any(ip_address(address).is_loopback for address in addresses):
        return Place("127.0.0.1", certain=True)
    private = [address for address in addresses if ":" not in address and ip_address(address).is_private]
    return Place(_towards(private[0]), certain=False) if private else None


def _towards(address: str) -> str:
    """The address of ours from which packets to another one go; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect((address, 9))
        return str(way.getsockname()[0])
