"""What can go wrong between a client and its server, as values: which calls it befalls, and what happens to them."""

import json
from dataclasses import dataclass
from enum import StrEnum

from mjsim_contracts.traffic.call import Headers

IMAGE = "image"
"""Stands for the operation where pictures are fetched."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The proxy answers by itself; the server hears nothing. A header may be `{date}`, `{now}` or `{elsewhere}`.

    `code` is what the answer says where its status does not.
    """

    status: int
    headers: Headers = ()
    body: bytes = b""
    code: int | None = None

    @property
    def told(self) -> str:
        """What was answered, for a reader."""
        return f"answered {self.status}" if self.code is None else f"answered {self.status} with code {self.code}"


class Break(StrEnum):
    """The connection ends: the server hears nothing, it has done its work, half of the answer is out, or never a byte."""

    BEFORE = "before"
    AFTER = "after"
    AMID = "amid"


@dataclass(frozen=True, slots=True)
class Replace:
    """The server does its work, and its answer is replaced by this; None leaves that part as it is."""

    body: bytes | None = None
    content_type: str | None = None
    keep: float = 1.0
    """What share of the true body is sent, as if that were all."""


@dataclass(frozen=True, slots=True)
class Slow:
    """The answer begins so many seconds late, and then comes drop by drop over so many seconds."""

    first: float = 0.0
    drip: float = 0.0


@dataclass(frozen=True, slots=True)
class Stall:
    """Half of the answer comes, then nothing more, and the connection stays."""


@dataclass(frozen=True, slots=True)
class Close:
    """The answer is whole, and the connection is closed after it without a word."""


Effect = Refuse | Break | Replace | Slow | Stall | Close


@dataclass(frozen=True, slots=True)
class Fault:
    """Befalls calls of one operation: it lets `after` of them pass, then takes `times`; None is for ever."""

    operation: str
    effect: Effect
    after: int = 0
    times: int | None = 1

    def befalls(self, nth: int) -> bool:
        """Whether it befalls the nth call of its operation, counted from 0."""
        return self.after <= nth and (self.times is None or nth < self.after + self.times)


def error(status: int, code: str, message: str, *headers: tuple[str, str]) -> Refuse:
    """A refusal as the contract words it."""
    body = json.dumps({"status": "ERROR", "code": code, "message": message}).encode()
    return Refuse(status, (("Content-Type", "application/json; charset=utf-8"), *headers), body)


def envelope(code: int, message: str, *headers: tuple[str, str], status: int = 200) -> Refuse:
    """A refusal as the task API words it; with the code as its HTTP status, too, where `status` says so."""
    body = json.dumps({"code": code, "msg": message, "data": None}).encode()
    told = None if status == code else code
    return Refuse(status, (("Content-Type", "application/json; charset=utf-8"), *headers), body, told)


def page(status: int, title: str, *headers: tuple[str, str]) -> Refuse:
    """A refusal as gateways word it, in HTML."""
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n".encode()
    return Refuse(status, (("Content-Type", "text/html"), *headers), body)
