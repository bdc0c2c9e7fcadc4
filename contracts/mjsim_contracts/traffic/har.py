"""HTTP Archives (HAR 1.2): what a browser, a proxy or a library has recorded, read into calls, and calls written as one.

Errors: CheckError where a file is none, in a line that says what is wrong with it.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mjsim_contracts.dialect import Dialect, urls
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.error import CheckError
from mjsim_contracts.exchange import parsed
from mjsim_contracts.traffic.call import Call, Headers, Origin, record

Entry = Mapping[str, Any]


def read_har(path: Path, dialect: Dialect = MIDJOURNEY) -> tuple[Call, ...]:
    """The calls of the API in an archive, and of the pictures that it named, by their time; all others are left out."""
    entries = sorted(_entries(path), key=_started)
    if not entries:
        return ()
    first = _started(entries[0])
    operations = [entry for entry in entries if dialect.operation(entry["request"]["method"], entry["request"]["url"])]
    hosts = {_host(entry) for entry in operations}
    pictures = {url for entry in operations for url in urls(parsed(_answered(entry)), dialect.address)}
    calls: list[Call] = []
    for entry in entries:
        url = entry["request"]["url"]
        picture = url in pictures
        if picture or _host(entry) in hosts:
            origin = Origin.IMAGES if picture else Origin.API
            calls.append(_call(len(calls), origin, entry, (_started(entry) - first).total_seconds(), dialect))
    return tuple(calls)


def _entries(path: Path) -> list[Entry]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise CheckError(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CheckError(f"{path} is no HAR file: it is no JSON ({error})") from error
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise CheckError(f"{path} is no HAR file: there is no log.entries in it")
    for number, entry in enumerate(entries):
        try:
            _started(entry)
            urlsplit(entry["request"]["url"])
            entry["request"]["method"].upper()
            int(entry["response"]["status"])
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise CheckError(f"{path} is no HAR file: entry {number} lacks {error}") from error
    return entries


def _started(entry: Entry) -> datetime:
    moment = datetime.fromisoformat(entry["startedDateTime"])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _host(entry: Entry) -> str:
    return str(urlsplit(entry["request"]["url"]).netloc)


def _call(number: int, origin: Origin, entry: Entry, arrived: float, dialect: Dialect) -> Call:
    asked, answered = entry["request"], entry["response"]
    parts = urlsplit(asked["url"])
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    body = ((asked.get("postData") or {}).get("text") or "").encode()
    status = int(answered["status"])
    ended = arrived + max(0.0, float(entry.get("time") or 0)) / 1000
    call = record(
        number,
        origin,
        (asked["method"], target, _headers(asked), body),
        (status, _headers(answered), _answered(entry)),
        (arrived, ended),
        dialect,
        lost=status == 0,
    )
    return replace(call, accepted=200 <= call.code < 300)


def _headers(part: Mapping[str, Any]) -> Headers:
    return tuple((str(each.get("name", "")), str(each.get("value", ""))) for each in part.get("headers") or ())


def _answered(entry: Entry) -> bytes:
    content = entry["response"].get("content") or {}
    text = content.get("text") or ""
    if content.get("encoding") != "base64":
        return text.encode(errors="replace")
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""


def write_har(path: Path, calls: Iterable[Call], base: str, began: datetime) -> None:
    """Write the calls to an archive, keys left out; `base` is what goes before each target, `began` their time zero."""
    entries = [_entry(call, base, began) for call in calls]
    log = {"version": "1.2", "creator": {"name": "mjsim", "version": "1"}, "entries": entries}
    path.write_text(json.dumps({"log": log}, indent=1), encoding="utf-8")


def _entry(call: Call, base: str, began: datetime) -> Entry:
    milliseconds = round((call.ended - call.arrived) * 1000, 3)
    return {
        "startedDateTime": (began + timedelta(seconds=call.arrived)).isoformat(),
        "time": milliseconds,
        "request": _request(_without_key(call), base + call.target),
        "response": _response(call),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
    }


def _request(call: Call, url: str) -> Entry:
    asked: dict[str, Any] = {
        "method": call.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "headers": _written(call.headers),
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": len(call.body),
    }
    if call.body:
        asked["postData"] = {"mimeType": call.header("Content-Type") or "", "text": call.body.decode(errors="replace")}
    return asked


def _response(call: Call) -> Entry:
    content: dict[str, Any] = {"size": len(call.answer), "mimeType": call.answer_header("Content-Type") or ""}
    if content["mimeType"].startswith("image/"):
        content |= {"text": base64.b64encode(call.answer).decode(), "encoding": "base64"}
    else:
        content["text"] = call.answer.decode(errors="replace")
    return {
        "status": call.status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "headers": _written(call.answer_headers),
        "cookies": [],
        "content": content,
        "redirectURL": call.answer_header("Location") or "",
        "headersSize": -1,
        "bodySize": len(call.answer),
    }


def _without_key(call: Call) -> Call:
    headers = tuple(
        (n, v.partition(" ")[0] + " ***") if n.lower() == "authorization" else (n, v) for n, v in call.headers
    )
    return replace(call, headers=headers)


def _written(headers: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]
