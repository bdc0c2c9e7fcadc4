"""One request as it came over the wire, and what its sender was given for it: the value that every rule judges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from mjsim_contracts.dialect import Dialect, Prospect, Reading, Role
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.sighting import SeenJob

Headers = tuple[tuple[str, str], ...]


class Origin(StrEnum):
    """Where a request went."""

    API = "api"
    IMAGES = "images"


@dataclass(frozen=True, slots=True)
class Call:
    """`arrived` and `ended` are in seconds from the start of the recording: the head of the request, the end of the answer.

    `status` is 0 where no answer came. `lost` says that the answer did not arrive whole. `note` names what the proxy
    changed; empty where the answer is the truth. `exchange` is None where the request is none of the contract.
    """

    number: int
    origin: Origin
    method: str
    target: str
    headers: Headers
    body: bytes
    arrived: float
    ended: float
    status: int
    answer_headers: Headers
    answer: bytes
    exchange: Reading | None
    lost: bool = False
    accepted: bool = False
    """Whether the server did what was asked, whatever its sender was told."""
    note: str = ""

    @property
    def operation(self) -> str | None:
        """The operation of the contract; None where it is none."""
        return self.exchange.operation if self.exchange else None

    @property
    def role(self) -> Role | None:
        """What that operation is there for."""
        return self.exchange.role if self.exchange else None

    @property
    def code(self) -> int:
        """What the answer says of the request, by its HTTP status or within an envelope; 0 where no answer came."""
        return self.exchange.status if self.exchange else self.status

    @property
    def prospect(self) -> Prospect:
        """What the answer says of another try."""
        return self.exchange.prospect if self.exchange else Prospect.DONE

    @property
    def place(self) -> str:
        """The operationId, or what was asked for instead."""
        return self.operation or ("image" if self.origin is Origin.IMAGES else "unknown")

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def creates(self) -> bool:
        """Whether it asks for a new job."""
        return self.role is Role.CREATE

    @property
    def job_id(self) -> str:
        """The job that is looked at or cancelled; empty where there is none."""
        return self.exchange.job_id if self.exchange else ""

    @property
    def succeeded(self) -> bool:
        """Whether its sender was given a whole answer of success."""
        return not self.lost and 200 <= self.code < 300

    @property
    def intent(self) -> tuple[str, str, bytes]:
        """Equal for calls that ask for the same thing."""
        return self.method, self.target, self.body

    def header(self, name: str) -> str | None:
        """A header of the request; None where it is absent."""
        return _header(self.headers, name)

    def answer_header(self, name: str) -> str | None:
        """A header of the answer; None where it is absent."""
        return _header(self.answer_headers, name)

    def jobs(self) -> Sequence[SeenJob]:
        """The jobs that the answer showed, if it arrived."""
        return self.exchange.jobs if self.exchange and not self.lost else ()


def record(
    number: int,
    origin: Origin,
    request: tuple[str, str, Headers, bytes],
    answer: tuple[int, Headers, bytes],
    times: tuple[float, float],
    dialect: Dialect = MIDJOURNEY,
    **more: object,
) -> Call:
    """The call of a request (method, target, headers, body) and its answer (status, headers, body)."""
    method, target, _headers, body = request
    status, _headers, content = answer
    exchange = dialect.read(method, target, body, status, content) if origin is Origin.API else None
    return Call(number, origin, *request, *times, *answer, exchange, **more)  # type: ignore[arg-type]


def media_type(value: str | None) -> str:
    """A Content-Type without its parameters, in lower case."""
    return (value or "").partition(";")[0].strip().lower()


def per_job(calls: Sequence[Call]) -> Mapping[str, list[Call]]:
    """The calls that name a job to look at or to cancel, by its id, in order."""
    found: dict[str, list[Call]] = {}
    for call in calls:
        if call.job_id:
            found.setdefault(call.job_id, []).append(call)
    return found


def _header(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
