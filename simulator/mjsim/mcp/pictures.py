"""Pictures are resources by their own URLs: a client may load them itself, or have them read here.

Only what the server serves, or what one of its results named lately, is read: nobody sends us elsewhere.
"""

from base64 import b64encode
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from mcp import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    BlobResourceContents,
    ListResourcesResult,
    ReadResourceResult,
    Resource,
    ResourceLink,
)

from mjsim.mcp.operation import operations
from mjsim.mcp.result import job_links
from mjsim.mcp.upstream import NoAnswer, Upstream

PAGE = 20
"""How many jobs one page of the list of resources goes through."""

REMEMBERED = 10_000
"""How many URLs on other hosts are remembered."""


class NoSuchResource(Exception):
    """Nothing that may be read is there."""


class Pictures:
    """The pictures of a server's jobs."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._elsewhere: OrderedDict[str, None] = OrderedDict()

    def linked(self, links: Iterable[ResourceLink]) -> Iterator[ResourceLink]:
        """The same links, from now on readable."""
        for link in links:
            if not self._upstream.serves(link.uri):
                self._elsewhere[link.uri] = None
                self._elsewhere.move_to_end(link.uri)
                if len(self._elsewhere) > REMEMBERED:
                    self._elsewhere.popitem(last=False)
            yield link

    async def page(self, cursor: str | None, token: str | None) -> ListResourcesResult:
        """The pictures of completed jobs, newest first; `MCPError` where the server gives no list."""
        offset = int(cursor) if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < 10 else 0
        wanted = {"status": "completed", "limit": PAGE, "offset": offset}
        try:
            answer = await self._upstream.ask(operations()["listjobs"].request(wanted), token)
        except NoAnswer as error:
            raise MCPError(INTERNAL_ERROR, str(error)) from error
        page = answer.value if isinstance(answer.value, dict) else {}
        jobs = page.get("data")
        if not answer.is_success or not isinstance(jobs, list):
            raise MCPError(INTERNAL_ERROR, f"the server answered {answer.status} {page.get('message', '')}".strip())
        links = [link for job in jobs for link in self.linked(job_links(job))]
        total = page.get("total")
        more = isinstance(total, int) and offset + PAGE < total and bool(jobs)
        resources = [Resource(**link.model_dump(exclude={"type"})) for link in links]
        return ListResourcesResult(resources=resources, next_cursor=str(offset + PAGE) if more else None)

    async def read(self, uri: str) -> ReadResourceResult:
        """The bytes of a picture; `NoSuchResource` where there is none that may be read."""
        if not (self._upstream.serves(uri) or uri in self._elsewhere):
            raise NoSuchResource
        try:
            answer = await self._upstream.fetch(uri)
        except NoAnswer as error:
            raise MCPError(INTERNAL_ERROR, str(error)) from error
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if answer.status != 200 or not kind.startswith("image/"):
            raise NoSuchResource
        contents = BlobResourceContents(uri=uri, mime_type=kind, blob=b64encode(answer.body).decode())
        return ReadResourceResult(contents=[contents])
