"""Where deliveries go: a URL that has been read once, so that nothing later can be wrong with it."""

import re
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from mjsim_contracts.receiver.secret import Unfit


@dataclass(frozen=True, slots=True)
class Target:
    """An http or https URL in the parts that a request needs; `url` is without user and password."""

    url: str
    host: str
    port: int
    path: str
    tls: ssl.SSLContext | None

    @property
    def authority(self) -> str:
        """What stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


def read_target(text: str) -> Target:
    """The target that a URL names; Unfit where it is no http or https URL."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise Unfit(f"the receiver has to be an http or https URL; {text[:80]!r} is none: {error}") from error
    fit = parts.scheme in {"http", "https"} and parts.hostname and port != 0 and re.fullmatch(r"[!-~]+", text.strip())
    if not fit or not parts.hostname:
        raise Unfit(
            f"the receiver has to be an http or https URL such as http://127.0.0.1:9000/hook, not {text[:80]!r}"
        )
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}"
    return Target(url, parts.hostname, port or (443 if tls else 80), path, tls)
