"""Every answer in memory was once given by a real simulator to the same request: it is asked once, and then remembered."""

import json
import subprocess
import threading
from http.client import HTTPConnection, HTTPException
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from mjsim_contracts.client.simulator import OPTIONS, SIMULATOR, plain_environment
from mjsim_contracts.error import CheckError
from mjsim_contracts.proxy.upstream import Asked
from mjsim_contracts.proxy.wire import Written

_SECONDS = 20.0
"""How long a simulator may take to start, and then to answer."""

_SENT = ("authorization", "content-type")
"""The headers on which an answer depends."""

_CONNECTION = frozenset({"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding"})


class Golden:
    """A simulator's answers to one account, whose `key` it names; `origin` is where they address pictures.

    The simulator starts with the context and ends with it. `CheckError` where it does not start, or stops answering.
    """

    origin: str
    key: str

    def __init__(self) -> None:
        self._answers: dict[tuple[str, ...], Written] = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter
            # One account makes what all conversations of a session make.
            [*SIMULATOR, *OPTIONS, "--seed", "1", "--attached", "--task-rate-limit", "none"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=plain_environment() | {"PYTHONUNBUFFERED": "1"},
            # Ctrl-C in a terminal is for the suite; the simulator ends with it.
            process_group=0,
        )
        assert self._process.stdout is not None
        late = threading.Timer(_SECONDS, self._process.kill)
        late.start()
        try:
            ready = json.loads(self._process.stdout.readline())
            self.origin, self.key = ready["url"], ready["key"]
        except (ValueError, KeyError) as error:
            self._stop()
            raise CheckError("the simulator that the client is checked against did not start") from error
        finally:
            late.cancel()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def answer(self, asked: Asked) -> Written:
        """The answer to a request."""
        headers = asked.lower()
        sent = {name: headers[name] for name in _SENT if name in headers}
        known = (asked.method, asked.target, asked.body.hex(), *map(str, sent.items()))
        if known not in self._answers:
            self._answers[known] = self._ask(asked, sent)
        return self._answers[known]

    def look(self, target: str) -> bytes:
        """What the account is shown there."""
        headers = (("Authorization", f"Bearer {self.key}"),)
        return self.answer(Asked("GET", target, headers, b"")).body

    def _ask(self, asked: Asked, headers: dict[str, str]) -> Written:
        connection = HTTPConnection(urlsplit(self.origin).netloc, timeout=_SECONDS)
        try:
            connection.request(asked.method, asked.target, asked.body or None, headers)
            answer = connection.getresponse()
            kept = tuple(pair for pair in answer.getheaders() if pair[0].lower() not in _CONNECTION)
            return Written(answer.status, kept, answer.read())
        except (OSError, HTTPException) as error:
            raise CheckError(f"the simulator that the client is checked against stopped answering: {error}") from error
        finally:
            connection.close()
