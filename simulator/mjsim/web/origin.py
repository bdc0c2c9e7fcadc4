"""Addresses in answers start with an origin that the client can reach: the one that it reached us by."""

import re
from functools import lru_cache

from mjsim.web import http as web

_HOST = re.compile(r"[A-Za-z0-9.\-_]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?", re.ASCII)


class Origin:
    """`public` (from --public-base-url) where it is set; else what the Host header says, so port mappings just work."""

    def __init__(self, public: str | None) -> None:
        self._public = public.rstrip("/") if public else None
        self.listening = ""
        """Where the server listens; for requests that name no host."""

    @property
    def default(self) -> str:
        """The origin for what is no answer to a request, such as a webhook."""
        return self._public or self.listening

    def of(self, request: web.Request) -> str:
        """The origin for the answer to this request, without a slash at its end."""
        if self._public is not None:
            return self._public
        return _origin(request.headers.get("Host", "")) or self.listening


@lru_cache(maxsize=256)
def _origin(host: str) -> str:
    """The origin of a host as the header names it; empty where that is no host."""
    return f"http://{host}" if _HOST.fullmatch(host) else ""
