"""A body is read within a size and a time, is strict JSON, and obeys the contract; whoever breaks that is told where."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
from aiohttp import HttpVersion11

from mjsim import spec
from mjsim.core.error import InvalidJson, InvalidRequest, PayloadTooLarge, RequestTimeout
from mjsim.web import http as web
from mjsim.web.complaint import complaint

LIMIT = 32 * 1024 * 1024
"""The largest body that is read, in bytes."""

LARGE = 1 << 20
"""From so many bytes on a body is parsed in a thread of its own, so that nobody else has to wait for it."""

JSON = "application/json"

SECONDS = 20
"""How long a client may take to send its body, in real seconds."""


Tidied = Callable[[dict[str, Any]], dict[str, Any]]
"""What the fields of a body are taken for, where that is not quite what they are."""


async def read_json(
    request: web.Request, schema: str, document: str = spec.OVERLAID, tidied: Tidied | None = None
) -> dict[str, Any]:
    """The body as an object that obeys the schema of a document, once it has been `tidied`; otherwise an error that says
    what is wrong.
    """
    if document != spec.CONTROL:  # which is ours, and takes what `curl -d` sends for what it is
        _refuse_other_types(request.headers.get("Content-Type") or JSON)
    body = await read_bounded(request)
    if len(body) > LARGE:
        return await asyncio.to_thread(_checked, body, schema, document, tidied)
    return _checked(body, schema, document, tidied)


async def read_value(request: web.Request) -> Any:
    """The body as whatever JSON it is."""
    return parse_json(await read_bounded(request))


def _checked(body: bytes, schema: str, document: str, tidied: Tidied | None) -> dict[str, Any]:
    value = parse_json(body)
    return conform(tidied(value) if tidied and isinstance(value, dict) else value, schema, document)


def conform(value: object, schema: str, document: str) -> dict[str, Any]:
    """The value as an object that obeys the schema of the document; `InvalidRequest` says where it does not."""
    validator = spec.validator(schema, document)
    if not validator.is_valid(value):
        raise InvalidRequest(complaint(value, validator, document))
    fields: dict[str, Any] = value  # type: ignore[assignment]  # the schema says so
    return fields


@lru_cache(maxsize=64)
def _refuse_other_types(content_type: str) -> None:
    """Only JSON is read; a body whose type is not named is taken for it, one that claims to be something else is not."""
    kind, _, parameters = content_type.lower().partition(";")
    if kind.strip() != JSON and not kind.strip().endswith("+json"):
        raise InvalidRequest(f"Content-Type: has to be {JSON}, not {content_type[:60]!r}.")
    charset = parameters.partition("charset=")[2].strip().strip('"')
    if charset not in {"", "utf-8", "utf8"}:
        raise InvalidRequest(f"Content-Type: JSON is read as UTF-8, not as {charset[:40]!r}.")


async def read_bounded(request: web.Request) -> bytes:
    """The bytes of the body; `PayloadTooLarge`, `RequestTimeout` or `InvalidJson` where they do not come properly."""
    if request.known_body is not None:
        return request.known_body
    # Not unpacked: a few kilobytes could become gigabytes, and no client of this API has a reason to pack.
    coding = request.headers.get("Content-Encoding")
    if coding is not None and (coding := coding.strip().lower()) != "identity":
        raise InvalidJson(f"The body has Content-Encoding {coding[:40]!r}; only plain bodies are read.")
    try:
        # All of it is there already: it fits into what aiohttp keeps unread, which is far less than the limit.
        if request.content.is_eof():
            body = request.content.read_nowait()
        else:
            body = await _read_coming(request)
    except web.HTTPRequestEntityTooLarge:
        raise PayloadTooLarge(f"The body is too large; at most {LIMIT} bytes are read.") from None
    except TimeoutError:
        raise RequestTimeout(f"The body did not arrive within {SECONDS} s.") from None
    except (web.PayloadAccessError, web.RequestPayloadError, ConnectionError):
        raise InvalidJson("The body broke off before its end.") from None
    request.known_body = body
    return body


async def _read_coming(request: web.Request) -> bytes:
    if (request.content_length or 0) > LIMIT:
        raise PayloadTooLarge(f"The body has {request.content_length} bytes; at most {LIMIT} are read.")
    await _invite(request)
    async with asyncio.timeout(SECONDS):
        return await request.read()


async def _invite(request: web.Request) -> None:
    """Tell a client that asks before it sends a large body (curl does) to go on; a body that is too large is not invited."""
    if request.version >= HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # The writer counts what it has sent; this was not yet the answer.
        request.writer.output_size = 0


def parse_json(body: bytes) -> Any:
    """The value of a strict JSON document (RFC 8259, each name once); `InvalidJson` says where it goes wrong."""
    if not body:
        raise InvalidJson("The body is empty; a JSON object is expected.")
    try:
        text = body.decode()
        # Strict about surrogates, NaN and ranges; what it does not see is a name that stands twice.
        value = msgspec.json.decode(body)
        # Every name ends with a quotation mark and a colon: with no more of these than names, none stands twice.
        if isinstance(value, dict) and len(value) == len(_NAME_ENDS.findall(text)):
            return value
        return _DECODER.decode(text)
    except RecursionError:
        raise InvalidJson("The body is no JSON document that can be read: it is nested too deeply.") from None
    except UnicodeDecodeError as error:
        raise InvalidJson(f"The body is not UTF-8: byte {error.start} cannot be read.") from None
    except msgspec.DecodeError as error:
        # It takes a lone surrogate at the very end of a text for a text that ends too early.
        lone = b"\\u" in body and "truncated" in str(error)
        reason = "it breaks off, or holds half of a surrogate pair" if lone else str(error).rstrip(".")
        raise InvalidJson(f"The body is no JSON document that can be read: {reason}.") from None
    except ValueError as error:
        raise InvalidJson(f"The body is no JSON document that can be read: {str(error).rstrip('.')}.") from None


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        twice = Counter(name for name, _value in pairs).most_common(1)[0][0]
        raise ValueError(f"the name {twice[:40]!r} stands twice in one object")
    return fields


_DECODER = json.JSONDecoder(object_pairs_hook=_names_once)
_NAME_ENDS = re.compile(r'"\s*:')
