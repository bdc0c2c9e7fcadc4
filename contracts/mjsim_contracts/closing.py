"""After a run the jobs are looked at once more: page by page, by status, one by one, and with a foreign key.

Random requests leave these looks to chance; here they happen in every run, whatever was drawn before.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from mjsim_contracts.exchange import Exchange, read_exchange
from mjsim_contracts.lifecycle import Lifecycle
from mjsim_contracts.promises import Breach
from mjsim_contracts.promises.listing import Listing, listing
from mjsim_contracts.promises.walk import Walk
from mjsim_contracts.sighting import STEPS

if TYPE_CHECKING:
    import requests

_MOST_PAGES = 20
_MOST_JOBS = 40
_SECONDS = 10


class Closing:
    """Looks at what an account has created; `lifecycle` judges what is seen."""

    def __init__(self, lifecycle: Lifecycle, base_url: str, authorization: str, session: "requests.Session") -> None:
        self._lifecycle = lifecycle
        self._base = base_url.rstrip("/")
        self._name = authorization
        self._session = session
        self._breaches: list[Breach] = []

    def breaches(self, other_authorization: str | None) -> list[Breach]:
        """The promises that the last looks found broken; the other key, if any, is that of another account."""
        self._walk(sort="created_at_desc", limit=100)
        self._walk(sort="created_at_asc", limit=40)
        for status in STEPS:
            self._walk(pages=2, status=status, limit=3)
        chosen = self._chosen()
        for job_id in chosen:
            self._look(f"jobs/{job_id}")
        self._cancel()
        if other_authorization:
            self._name = other_authorization
            self._look("jobs")
            for job_id in chosen[:3]:
                self._look(f"jobs/{job_id}")
        return self._breaches

    def _chosen(self) -> list[str]:
        """Some of the created jobs, from the first to the last."""
        born = self._lifecycle.account(self._name).born
        return list(islice(born, 0, None, max(1, len(born) // _MOST_JOBS)))

    def _cancel(self) -> None:
        """Try to cancel a job that has ended and one that has not, then see what has become of them."""
        seen = self._lifecycle.account(self._name).seen
        for settled in (True, False):
            job_id = next((job.id for job in reversed(seen.values()) if job.settled is settled), None)
            if job_id:
                self._look(f"jobs/{job_id}/cancel", method="POST")
                self._look(f"jobs/{job_id}")

    def _walk(self, pages: int = _MOST_PAGES, **query: str | int) -> None:
        found, whole = [], False
        for page in islice(self._pages(query), pages):
            found.append(page)
            whole = page.total is None or page.offset + page.length >= page.total
        # Jobs move into and out of a filter between two of its pages, so that these may well overlap.
        if found and "status" not in query:
            self._breaches += self._lifecycle.judge_walk(self._name, Walk(tuple(found), whole))

    def _pages(self, query: dict[str, Any]) -> Iterator[Listing]:
        """The pages of a list, until one is empty or the last."""
        offset = 0
        while True:
            exchange = self._look("jobs", query | {"offset": offset})
            page = next(listing(exchange), None) if exchange else None
            if page is None:
                return
            yield page
            offset += page.limit
            if not page.length or (page.total is not None and offset >= page.total):
                return

    def _look(self, path: str, query: dict[str, Any] | None = None, method: str = "GET") -> Exchange | None:
        answer = self._session.request(
            method, f"{self._base}/v1/{path}", params=query, headers={"Authorization": self._name}, timeout=_SECONDS
        )
        exchange = read_exchange(method, answer.url, self._name, None, answer.status_code, answer.content)
        if exchange:
            self._breaches += self._lifecycle.judge(exchange)
        return exchange
