"""Pictures are made, looked at and fetched by whoever can."""

from collections.abc import Mapping
from typing import Protocol

from mjsim.core.artwork import Caption, ImageFormat, Observation, Picture
from mjsim.core.film import Clip


class Paint(Protocol):
    """Makes and reads pictures, off the event loop."""

    async def render(
        self, picture: Picture, caption: Caption, image_format: ImageFormat, sources: Mapping[str, bytes]
    ) -> bytes:
        """The file of the picture; `sources` holds the thumbnails that the recipe names."""
        ...

    def films(self) -> bool:
        """Whether videos can be made: what encodes them need not be installed."""
        ...

    async def film(self, clip: Clip, caption: Caption, sources: Mapping[str, bytes]) -> bytes:
        """The file of the video."""
        ...

    async def look(self, data: bytes) -> tuple[Observation, bytes]:
        """What the file shows, and a thumbnail of it (a small picture file); `InvalidImage` where it shows nothing."""
        ...


class Fetch(Protocol):
    """Reads what a URL gives."""

    def contacts(self, host: str) -> bool:
        """Whether this host may be contacted at all."""
        ...

    async def get(self, url: str) -> bytes:
        """The body of a successful answer; `ImageInaccessible` says what stood in the way."""
        ...
