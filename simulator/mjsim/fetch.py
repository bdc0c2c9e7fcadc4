"""Reads pictures from the network, within bounds: loopback only unless the user says otherwise, a size, and a time."""

from typing import TYPE_CHECKING

from mjsim.core.error import ImageInaccessible
from mjsim.core.image import LIMIT, is_loopback

if TYPE_CHECKING:
    from aiohttp import ClientSession, StreamReader

SECONDS = 15
"""How long a server may take for the whole picture."""


class HttpFetch:
    """Implements `ports.Fetch`. With `anywhere` every host may be contacted."""

    def __init__(self, anywhere: bool = False) -> None:
        self._anywhere = anywhere
        self._session: ClientSession | None = None

    def contacts(self, host: str) -> bool:
        """See `ports.Fetch`."""
        return self._anywhere or is_loopback(host)

    async def get(self, url: str) -> bytes:
        """See `ports.Fetch`."""
        import aiohttp

        try:
            async with self._open().get(url, allow_redirects=self._anywhere) as answer:
                if answer.status != 200:
                    raise ImageInaccessible(f"the image at {url[:200]!r} was answered with status {answer.status}.")
                return await _read_bounded(answer.content, url)
        except aiohttp.ClientPayloadError as error:
            raise ImageInaccessible(f"the image at {url[:200]!r} broke off, or cannot be unpacked.") from error
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise ImageInaccessible(f"the image at {url[:200]!r} cannot be reached: {reason}.") from error

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> "ClientSession":
        import aiohttp

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": "mjsim"})
        return self._session


async def _read_bounded(content: "StreamReader", url: str) -> bytes:
    data = bytearray()
    async for part in content.iter_chunked(1 << 16):
        data += part
        if len(data) > LIMIT:
            raise ImageInaccessible(f"the image at {url[:200]!r} is larger than {LIMIT} bytes.")
    return bytes(data)
