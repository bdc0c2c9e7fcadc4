"""An exchange as it went over the wire, and how a reader is shown it: without the key, and as a command to repeat it."""

import base64
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from mjsim_contracts.report.model import Evidence
from mjsim_contracts.report.printable import shortened

_MOST_SHOWN = 6000
_SHOWN_HEADERS = ("content-type", "retry-after", "www-authenticate", "allow", "location")
TOKEN_VARIABLE = "MIDJOURNEY_TOKEN"  # noqa: S105 - the name of a variable
"""Where a command finds the key that its user gave."""

_FROM_VARIABLE = f"${TOKEN_VARIABLE}"
_JOB = "$job"


def shown_key(key: str, *, free: bool) -> str:
    """A key as a command may show it: one that the check made up, as `free` says, is no secret."""
    return key if free else _FROM_VARIABLE


@dataclass(frozen=True, slots=True)
class Wire:
    """A request and its answer, byte for byte; `at` counts seconds from the start of the run."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes
    at: float = 0.0

    @property
    def path(self) -> str:
        """What was asked for, without the host."""
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def evidence(self, mark: str = "", title: str = "") -> Evidence:
        """The exchange for a reader; its key is left out."""
        request = [f"{self.method} {self.path} HTTP/1.1", *_lines(self._shown_headers("Bearer …"))]
        status = f"HTTP/1.1 {self.status} {_phrase(self.status)}".rstrip()
        answered = {name: value for name, value in self.answer_headers.items() if name.lower() in _SHOWN_HEADERS}
        return Evidence(
            title=title or f"{self.method} {self.path} → {self.status}",
            request="\n".join([*request, *_body(self.body)]),
            answer="\n".join([status, *_lines(answered), *_body(self.answer)]),
            mark=mark,
            at=self.at,
        )

    def curl(self, bearer: str = _FROM_VARIABLE, shown: bool = True) -> str:
        """A command that sends the request again; `bearer` is the key as a shell word would have it."""
        parts = ["curl", "-sS", *(["-i"] if shown else [])]
        parts += ["-X", self.method] if self.method != ("POST" if self.body else "GET") else []
        words = [*parts, shlex.quote(self.url)]
        for name, value in self._shown_headers(f"Bearer {bearer}").items():
            words += ["-H", f'"{name}: {value}"' if name == "Authorization" else shlex.quote(f"{name}: {value}")]
        if not self.body:
            return " ".join(words)
        try:
            text = self.body.decode()
        except UnicodeDecodeError:
            text = "\0"
        if text.isprintable():
            return " ".join([*words, "--data-raw", shlex.quote(text)])
        encoded = base64.b64encode(self.body).decode()
        return f"echo {encoded} | base64 -d | {' '.join(words)} --data-binary @-"

    def _shown_headers(self, key: str) -> dict[str, str]:
        shown = {
            name: value for name, value in self.headers.items() if name.lower() in {"authorization", *_SHOWN_HEADERS}
        }
        bearer = {name: key for name, value in shown.items() if name == "Authorization" and _is_key(value)}
        return shown | bearer


def script(told: Sequence[Wire], job_id: str, bearer: str) -> str:
    """Commands that tell the story of a job again, from the request that creates one; the last request alone where
    the story does not begin so.
    """
    first, last = told[0], told[-1]
    if first is last or not job_id or job_id.encode() not in first.answer or job_id in first.url:
        return last.curl(bearer)
    born = f"job=$({first.curl(bearer, shown=False)} | grep -oE '[0-9a-f-]{{32,36}}' | head -n 1)"
    return "; ".join([born, *(_of_the_born(wire, job_id, bearer) for wire in told[1:])])


def _of_the_born(wire: Wire, job_id: str, bearer: str) -> str:
    """The request again, about the job that was born before; where its id stands in quotes, they make room for it."""
    quoted = job_id.encode() in wire.body or shlex.quote(wire.url) != wire.url
    return wire.curl(bearer).replace(job_id, f"'{_JOB}'" if quoted else _JOB)


def _is_key(value: str) -> bool:
    return value == "[Filtered]" or value.startswith("Bearer ")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _lines(headers: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def _body(content: bytes) -> list[str]:
    if not content:
        return []
    try:
        text = json.dumps(json.loads(content), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = content.decode(errors="replace")
    return ["", shortened(text, _MOST_SHOWN)]
