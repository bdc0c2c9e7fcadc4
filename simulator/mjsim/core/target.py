"""Where webhooks may go: a simulator speaks to this machine and its neighbours, and to nobody else unless it is told to."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit


@lru_cache(maxsize=1024)
def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet, rather than of this machine or a private network."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_global or found.is_multicast


def host_and_port(url: str) -> tuple[str, int]:
    """The host of an http or https URL as its name or bare address, and the port; ValueError says why there is none."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in {"http", "https"}:
        raise ValueError(f"webhooks go to http and https URLs, and this one begins with {scheme[:20]!r}")
    if not parts.hostname:
        raise ValueError("the URL names no host")
    port = parts.port
    if port == 0:
        raise ValueError("there is no port 0")
    return parts.hostname, port or (443 if scheme == "https" else 80)


@lru_cache(maxsize=1024)
def refusal(url: str, *, anywhere: bool) -> str | None:
    """Why a URL cannot be a target, as far as it shows without asking for its address; None where it may be one.

    With `anywhere` public addresses may be contacted.
    """
    try:
        host, _port = host_and_port(url)
    except ValueError as error:
        return f"{url[:200]!r} is no target: {error}."
    return public_refusal(host) if is_public(host) and not anywhere else None


def public_refusal(host: str) -> str:
    """What to say when a public target was not contacted."""
    return (
        f"{host} is a public address, and mjsim sends webhooks to this machine and private networks only; "
        "start it with --allow-public-targets to send there."
    )
