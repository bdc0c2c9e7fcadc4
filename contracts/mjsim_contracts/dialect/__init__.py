"""How an API is spoken: what tells the calls of one from those of another is said here, so that rules are said once.

A dialect reads a request and its answer; what it makes of them is one value in words that all APIs share.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from mjsim_contracts.promises.listing import Listing
from mjsim_contracts.sighting import SeenJob


class Role(Enum):
    """What an operation is there for."""

    CREATE = "create"
    LOOK = "look"
    LIST = "list"
    CANCEL = "cancel"
    OTHER = "other"


class Prospect(Enum):
    """What an answer says of another try."""

    DONE = "there is no need for one"
    BUSY = "later, and the server may say when"
    TROUBLED = "it may go better"
    UNKNOWN = "there is no such job, which may be known a moment later"
    REFUSED = "it will be refused again"


@dataclass(frozen=True, slots=True)
class Reading:
    """A call as its API reads it; `body` and `answer` are None where they are no JSON.

    `status` is what the answer says, be it by its HTTP status or within an envelope. `job_id` is the job that is looked at
    or cancelled, `created_id` the one that was created; both are empty where there is none. `documents` are the jobs that
    the answer shows, as it shows them, and `jobs` those of them that make sense.
    """

    operation: str
    role: Role
    query: tuple[tuple[str, str], ...]
    body: Any
    status: int
    prospect: Prospect
    answer: Any
    job_id: str = ""
    created_id: str = ""
    documents: tuple[Mapping[str, Any], ...] = ()
    jobs: tuple[SeenJob, ...] = ()
    page: Listing | None = None
    """The page of a list that was read."""


@dataclass(frozen=True, slots=True)
class Notice:
    """How an API tells of jobs without being asked: `name` is its word for one such message, and `seconds` how long a
    receiver may take to answer it.
    """

    name: str
    seconds: float
    place: Callable[[Any], str]
    """What the body is in the contract: the operation that would answer with it, or a schema of its own."""
    beside: frozenset[str] = frozenset()
    """The fields of the body that are none of that."""


class Dialect(Protocol):
    """One API, as requests and answers show it."""

    @property
    def name(self) -> str:
        """Its name, as `--api` takes it; its document, with what mjsim adds to it, has the same."""
        ...

    @property
    def roles(self) -> Mapping[str, Role]:
        """The operations by their operationId; those that create come in the order in which they are judged."""
        ...

    @property
    def root(self) -> str:
        """What the paths of all operations begin with."""
        ...

    @property
    def prefixes(self) -> frozenset[str]:
        """The steps at the beginning of a path that clients leave out, or put before it."""
        ...

    @property
    def address(self) -> str:
        """The name of the fields that hold addresses of pictures."""
        ...

    @property
    def fields(self) -> Mapping[str, tuple[str, ...]]:
        """The fields of a job, by the path of the object that holds them."""
        ...

    @property
    def notice(self) -> Notice:
        """How it tells of jobs without being asked."""
        ...

    def operation(self, method: str, target: str) -> str | None:
        """The operation that a request calls; None where it is none."""
        ...

    def read(self, method: str, url: str, body: bytes | None, status: int, content: bytes) -> Reading | None:
        """The call as a value; None where it belongs to no operation."""
        ...

    def state(self, operation: str, status: int, document: Any) -> str:
        """Under which state the edits of an answer, or of a notice, are listed: the job's status where it shows one job,
        else the HTTP status.
        """
        ...

    def pictured(self, path: str) -> str:
        """The job whose picture has this path; empty where it has none."""
        ...


def urls(answer: Any, name: str) -> Iterator[str]:
    """Every text in a field of this name, anywhere in a document."""
    nodes = [answer]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            if isinstance(node.get(name), str):
                yield node[name]
            nodes += node.values()
        elif isinstance(node, list):
            nodes += node
