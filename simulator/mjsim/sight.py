"""Turns what a client calls a picture into what is seen in it: our own files, data, loopback, and stand-ins for the rest."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from mjsim.core.artwork import Caption, ImageFormat, Observation, Picture
from mjsim.core.error import ImageInaccessible, InvalidImage
from mjsim.core.file import FileAddress, parse_file_path, usual_format
from mjsim.core.film import Clip
from mjsim.core.image import ImageInput, content_name, decode_data_url, host_of, is_stand_in, stand_in, stand_in_name
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.status import Status
from mjsim.core.value import Frozen
from mjsim.ports import Fetch, Paint, Store

_NO_CAPTION = Caption("", "", "")


class Seen(Frozen):
    """What a picture shows; `name` is the same for the same content, `thumbnail` a small file of it."""

    name: str
    observation: Observation
    thumbnail: bytes


class Sight:
    """Reads the pictures of requests, and draws the pictures of jobs with what was kept of them."""

    def __init__(self, seed: int, store: Store, paint: Paint, fetch: Fetch) -> None:
        self._seed = seed
        self._store = store
        self._paint = paint
        self._fetch = fetch

    async def see(self, given: ImageInput, now: Instant) -> Seen:
        """Look at a picture; `InvalidImage` or `ImageInaccessible` names its field and says what is wrong with it."""
        if given.data is not None:
            return await self._look(content_name(given.data), given.data, given.field)
        url = given.url or ""
        if url[:5].lower() == "data:":
            data = decode_data_url(url, given.field)
            return await self._look(content_name(data), data, given.field)
        host = host_of(url, given.field)
        if (own := await self._own(url, given.field, now)) is not None:
            name, data = own
        elif self._fetch.contacts(host):
            data = await self._fetched(url, given.field)
            name = content_name(data)
        else:
            name = stand_in_name(url)
            data = await self._paint.render(stand_in(name), _NO_CAPTION, ImageFormat.PNG, {})
        return await self._look(name, data, given.field)

    async def keep(self, seen: Sequence[Seen], now: Instant) -> None:
        """Keep what is needed to draw with these pictures later; stand-ins need nothing but their name."""
        for one in seen:
            if not is_stand_in(one.name):
                await self._store.keep_source(one.name, one.thumbnail, now)

    async def missing(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the sources that are not kept any more, so that stand-ins are drawn instead."""
        return tuple([name for name in names if not is_stand_in(name) and await self._store.source(name) is None])

    async def draw(self, job: Job, picture: Picture, image_format: ImageFormat) -> bytes:
        """The file of one of the job's pictures."""
        sources = {name: await self._source(name) for name in picture.artwork.sources}
        return await self._paint.render(picture, job.caption, image_format, sources)

    async def project(self, job: Job, clip: Clip) -> bytes:
        """The file of one of the job's videos."""
        sources = {name: await self._source(name) for name in clip.frame.artwork.sources}
        return await self._paint.film(clip, job.caption, sources)

    def films(self) -> bool:
        """Whether videos can be made here."""
        return self._paint.films()

    async def shown_in(self, seen: Seen) -> Picture | None:
        """The recipe of a picture that was seen, where it is one of our own."""
        kind, _, rest = seen.name.partition(":")
        job_id, _, name = rest.partition("/")
        job = await self._store.find(job_id) if kind == "own" else None
        return FileAddress(job_id, name, ImageFormat.PNG).picture(job) if job is not None else None

    async def _own(self, url: str, field: str, now: Instant) -> tuple[str, bytes] | None:
        """One of our own files, known by the token in its path whatever the host is called; None for any other."""
        # What stands before it may be the path of a proxy, or of --public-base-url.
        _, folder, rest = urlsplit(url).path.rpartition("/files/")
        address = parse_file_path(self._seed, folder + rest)
        if address is None:
            return None
        job = await self._store.find(address.job_id)
        shown = job is not None and now < job.expires and job.timeline.at(now).status is Status.COMPLETED
        picture = address.picture(job) if job is not None and shown else None
        if job is None or picture is None:
            raise ImageInaccessible(f"{field}: {urlsplit(url).path} is no picture of a completed job.")
        return f"own:{address.job_id}/{address.name}", await self.draw(job, picture, usual_format(picture))

    async def _fetched(self, url: str, field: str) -> bytes:
        try:
            return await self._fetch.get(url)
        except ImageInaccessible as error:
            raise ImageInaccessible(f"{field}: {error}") from error

    async def _look(self, name: str, data: bytes, field: str) -> Seen:
        try:
            observation, thumbnail = await self._paint.look(data)
        except InvalidImage as error:
            raise InvalidImage(f"{field}: {error}") from error
        return Seen(name, observation, thumbnail)

    async def _source(self, name: str) -> bytes:
        """The thumbnail of this name; a stand-in where it is not kept any more."""
        if (kept := await self._store.source(name)) is not None:
            return kept
        return await self._paint.render(stand_in(name), _NO_CAPTION, ImageFormat.PNG, {})


def tint(seen: list[Seen]) -> tuple[int, ...]:
    """The colours that reference images lend to a picture: the three largest of each."""
    return tuple(colour for one in seen for colour, _share in one.observation.colours[:3])
