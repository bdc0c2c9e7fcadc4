"""The control API is for the person at this machine: neither other machines nor web pages that a browser shows reach it.

A web page can make a browser send requests here, under its own name or (by DNS rebinding) under ours; a foreign Origin
gives away the first, a foreign Host the second. Other machines need the control token.
"""

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from mjsim.core.error import Forbidden, Unauthorized
from mjsim.web import http as web

HEALTH = "/_sim/health"
"""Answered to everybody: probes come from anywhere, and it tells nothing."""

INBOX = "/_sim/inbox/"
"""What is posted here is a delivery, whose sender knows no control token."""


class Guard:
    """Admits the callers of the control API. `hosts` are names of this server beside those of the machine itself."""

    def __init__(self, token: str | None, hosts: frozenset[str]) -> None:
        self._token = token
        self._hosts = hosts

    def admit(self, request: web.Request) -> str:
        """No tenant; `Forbidden` or `Unauthorized` where the caller is to be kept out."""
        if request.path == HEALTH:
            return ""
        self._refuse_foreign_pages(request)
        if request.path.startswith(INBOX):
            return ""
        if self._token is not None:
            self._ask_for_token(request, self._token)
            return ""
        if not _is_loopback(request.remote or ""):
            raise Forbidden("The control API answers this machine only; start with --control-token to let others in.")
        host = _host_name(request.headers.get("Host", ""))
        if host and not self._is_ours(host):
            raise Forbidden(f"Host: {host[:80]!r} is no name of this server; use localhost, or --control-token.")
        return ""

    def _refuse_foreign_pages(self, request: web.Request) -> None:
        origin = request.headers.get("Origin")
        if origin is not None and _authority(origin) != request.headers.get("Host", ""):
            raise Forbidden(f"Origin: {origin[:80]!r} is a foreign web page; the control API answers none.")
        if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}:
            raise Forbidden("The request was made by a foreign web page; the control API answers none.")

    def _ask_for_token(self, request: web.Request, token: str) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
            raise Unauthorized("The control API asks for 'Authorization: Bearer <the token of --control-token>'.")

    def _is_ours(self, host: str) -> bool:
        return host in self._hosts or host == "localhost" or host.endswith(".localhost") or _is_loopback(host)


def _is_loopback(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def _authority(origin: str) -> str | None:
    """Host and port of an origin; None where it cannot be read."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _host_name(header: str) -> str:
    """The name or address in a Host header, without brackets and port, in lower case."""
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return header.lower()
