"""The bearer token is the tenant: whoever sends a known key has its own world, and nobody has to send anything else."""

from collections.abc import Iterable

from mjsim.core.error import Unauthorized
from mjsim.core.tenant import PREFIX, is_made_up, tenant_of
from mjsim.web import http as web

_MOST_REMEMBERED = 4_096


class Access:
    """Knows which keys are accepted and which tenant each one stands for."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = frozenset(keys)
        self._tenants: dict[str, str] = {}

    def tenant(self, request: web.Request) -> str:
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
        if key not in self._keys and not is_made_up(key):
            raise Unauthorized(f"The key is not known; use {PREFIX}<anything>, or start the server with --api-key.")
        return tenant_of(key)
