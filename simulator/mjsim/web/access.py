"""The bearer token is the tenant: whoever sends a known key has its own world, and nobody has to send anything else."""

from collections.abc import Iterable

from aiohttp import web

from mjsim.core.chance import digest
from mjsim.core.error import Unauthorized

PREFIX = "sim-"
"""Every key that begins so is accepted, and is a tenant of its own."""

_LONGEST_NAME = 64
_MOST_REMEMBERED = 4_096


class Access:
    """Knows which keys are accepted and which tenant each one stands for."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = frozenset(keys)
        self._tenants: dict[str, str] = {}

    def tenant(self, request: web.BaseRequest) -> str:
        """The tenant who asks; `Unauthorized` where the key is missing or not known."""
        header = request.headers.get("Authorization", "")
        if (tenant := self._tenants.get(header)) is None:
            tenant = self._identify(header)
            if len(self._tenants) >= _MOST_REMEMBERED:
                self._tenants.clear()
            self._tenants[header] = tenant
        return tenant

    def _identify(self, header: str) -> str:
        scheme, _, key = header.partition(" ")
        key = key.strip()
        if not header:
            raise Unauthorized(f"The Authorization header is missing; send 'Authorization: Bearer {PREFIX}<anything>'.")
        if scheme.lower() != "bearer" or not key:
            raise Unauthorized(f"The Authorization header has to read 'Bearer <key>', such as 'Bearer {PREFIX}local'.")
        if key not in self._keys and (not key.startswith(PREFIX) or key == PREFIX):
            raise Unauthorized(f"The key is not known; use {PREFIX}<anything>, or start the server with --api-key.")
        return _name(key)


def _name(key: str) -> str:
    """Made-up keys name their tenant; of others, which may be real, only a hash is kept."""
    if key.startswith(PREFIX) and len(key) <= _LONGEST_NAME and key.isascii() and key.isprintable():
        return key
    return f"key-{digest('tenant', key).hex()}"
