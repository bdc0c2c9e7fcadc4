"""Before anything is judged, one look tells whether this API is there at all, and which keys it takes.

Errors: CheckError for a URL that is none (usage), a server that cannot be reached, or one that is another API.
"""

import json
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from mjsim_contracts.error import CheckError
from mjsim_contracts.exchange import inside
from mjsim_contracts.report.model import ExitCode
from mjsim_contracts.report.printable import one_line
from mjsim_contracts.server.bearer import Bearer
from mjsim_contracts.server.body import SECONDS, whole_body


@dataclass(frozen=True, slots=True)
class Accounts:
    """The keys to check with. Where the server takes any key of the form sim-<name>, each part has one of its own."""

    key: str
    other: str | None
    free: bool

    def named(self, name: str) -> str:
        """A key for a part of the check: of its own where that is possible, else the one there is."""
        return f"{self.key}-{name}" if self.free else self.key


class FirstAnswer(NamedTuple):
    """The answer to the first look."""

    status: int
    media_type: str
    body: bytes


def base_url(text: str) -> str:
    """The base URL without the prefix /v1, which the contract's paths begin with."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        example = "such as http://127.0.0.1:8080"
        raise CheckError(f"{one_line(text, 200)!r} is no http or https URL, {example}", ExitCode.USAGE)
    return text.rstrip("/").removesuffix("/v1")


def find_accounts(base: str, key: str | None, other: str | None, seed: int) -> Accounts:
    """The keys that work there; one of mjsim's own form is tried where none is given."""
    wanted = key or f"sim-check-{seed}"
    answer = look(base, "/v1/jobs?limit=1", wanted)
    if answer.status == 401 and _is_error(answer):
        advice = "--key is not accepted" if key else "it accepts no key of its own accord; give one with --key"
        raise CheckError(f"{base} answers 401: {advice}", ExitCode.COULD_NOT_RUN)
    if answer.status != 200 or not isinstance(inside(_json(answer), "data"), list):
        seen = one_line(f"GET /v1/jobs was answered {answer.status} ({answer.media_type})", 200)
        raise CheckError(f"{base} is not this API: {seen}, not a list of jobs")
    if key:
        return Accounts(key, other, free=False)
    return Accounts(wanted, other or f"{wanted}-other", free=True)


def look(base: str, path: str, key: str | None) -> FirstAnswer:
    """What a GET is answered; CheckError where it is answered by nothing."""
    try:
        url, bearer = base + path, Bearer(key)
        with requests.get(url, auth=bearer, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
            return FirstAnswer(
                answer.status_code, answer.headers.get("Content-Type", "no media type"), whole_body(answer)
            )
    except requests.Timeout as error:
        raise CheckError(f"{base} did not answer within {SECONDS} s") from error
    except (requests.RequestException, ValueError, OSError) as error:
        raise CheckError(f"{base} cannot be reached: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    """The innermost cause in a few words: libraries wrap it in layers of their own names."""
    text = str(error)
    for known, words in (
        ("Connection refused", "connection refused"),
        ("NameResolutionError", "its host name is not known"),
        ("Failed to resolve", "its host name is not known"),
        ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted"),
        ("SSL", "it speaks no TLS as expected"),
        ("RemoteDisconnected", "it closed the connection without an answer"),
        ("BadStatusLine", "it speaks no HTTP"),
        ("reset by peer", "it reset the connection"),
    ):
        if known in text:
            return words
    return one_line(text, 120)


def _is_error(answer: FirstAnswer) -> bool:
    return isinstance(_json(answer), dict)


def _json(answer: FirstAnswer) -> object:
    try:
        found: object = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found
