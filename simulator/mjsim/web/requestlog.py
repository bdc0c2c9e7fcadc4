"""One line for every answer, written a few times a second: a log that is flushed on each line costs more than the job."""

import asyncio
import json
import time
from functools import lru_cache
from typing import TextIO

from mjsim.web import http as web

_SECONDS = 0.2
"""How long a line may wait for others to be written with it."""

_DIM, _RED, _YELLOW, _PLAIN = "\x1b[2m", "\x1b[31m", "\x1b[33m", "\x1b[0m"

_Line = tuple[float, str, str, int, float, str]


@lru_cache(maxsize=4)
def _clock(seconds: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))


class RequestLog:
    """Writes to `stream` as text, coloured on a terminal, or as one JSON object a line; `stream` None writes nothing."""

    def __init__(self, stream: TextIO | None, as_json: bool) -> None:
        self._stream = stream
        self._as_json = as_json
        self._coloured = stream is not None and not as_json and stream.isatty()
        self._lines: list[_Line] = []

    def add(self, request: web.Request, status: int, tenant: str, seconds: float) -> None:
        """Note an answer; the query and the headers, which may hold secrets, are not noted."""
        if self._stream is None:
            return
        if not self._lines:
            asyncio.get_running_loop().call_later(_SECONDS, self.flush)
        self._lines.append((time.time(), request.method, request.path, status, seconds, tenant))

    def flush(self) -> None:
        """Write what has been noted. A reader that has gone away is no reason to stop serving."""
        lines, self._lines = self._lines, []
        if self._stream is None or not lines:
            return
        form = self._json if self._as_json else self._text
        try:
            self._stream.write("".join(map(form, lines)))
            self._stream.flush()
        except (OSError, ValueError):
            self._stream = None

    def _json(self, line: _Line) -> str:
        when, method, path, status, seconds, tenant = line
        entry = {"event": "request", "time": round(when, 3), "method": method, "path": path, "status": status}
        return json.dumps(entry | {"milliseconds": round(seconds * 1000, 2), "tenant": tenant}) + "\n"

    def _text(self, line: _Line) -> str:
        when, method, path, status, seconds, tenant = line
        clock = _clock(int(when))
        # Only printable text reaches the terminal: a path may hold anything.
        shown = path if path.isprintable() else path.encode("unicode_escape").decode()
        text = f"{clock} {method} {shown[:200]} {status} {seconds * 1000:.1f} ms {tenant}".rstrip()
        if not self._coloured:
            return text + "\n"
        colour = _DIM if status < 400 else _YELLOW if status < 500 else _RED
        return f"{colour}{text}{_PLAIN}\n"
