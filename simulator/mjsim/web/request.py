"""A request keeps the body that was read of it, what was done to it on purpose, and what it asked for in vain."""

from typing import NamedTuple

from aiohttp.web_request import BaseRequest


class Strike(NamedTuple):
    """What happened to an answer: by which fault (`Prefer` or `--sim` where the request asked for it), to which parts, why,
    and whether the contract documents no such status for the operation.
    """

    fault: str
    parts: tuple[str, ...]
    reason: str
    off_contract: bool = False


class Vain(NamedTuple):
    """Something that a request asked for itself, by `Prefer` or `--sim` and in these words, and why nothing came of it."""

    fault: str
    asked: str
    reason: str


class Request(BaseRequest):
    """As attributes, not under the keys for which aiohttp has a place: every request asks for them several times."""

    ATTRS = BaseRequest.ATTRS | frozenset({"known_body", "strikes", "in_vain"})

    known_body: bytes | None = None
    """The body; None until it has been read."""
    strikes: tuple[Strike, ...] = ()
    in_vain: tuple[Vain, ...] = ()
