"""A name leads only to addresses that may be contacted: what is not let through here, no connection is made to."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from mjsim.core.target import is_public, public_refusal


class PublicTarget(OSError):
    """The target is public, and only this machine and private networks may be contacted; the text says so."""


class GuardedResolver(AbstractResolver):
    """Asks the system; with `anywhere` every address is let through."""

    def __init__(self, anywhere: bool) -> None:
        self._anywhere = anywhere
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """See aiohttp; `PublicTarget` where all addresses of the host are public."""
        found = await self._system.resolve(host, port, family)
        allowed = [one for one in found if self._anywhere or not is_public(one["host"])]
        if found and not allowed:
            raise PublicTarget(public_refusal(host))
        return allowed

    async def close(self) -> None:
        """See aiohttp."""
        await self._system.close()
