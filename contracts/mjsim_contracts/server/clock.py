"""A server whose clock stands until somebody moves it is moved by its check, so that no life has to be slept through."""

import json
from collections.abc import Mapping

import requests

from mjsim_contracts.exchange import inside
from mjsim_contracts.server.body import SECONDS, whole_body


class ManualClock:
    """The clock of the server at a base URL; only `find_clock` makes one."""

    def __init__(self, base: str) -> None:
        self._base = base

    def advance(self, seconds: float) -> bool:
        """Let so much of the server's time pass, with all that is due in it; False where the server would not."""
        status, _ = _ask("POST", f"{self._base}/_sim/clock/advance", {"by": f"{round(seconds * 1000)}ms"})
        return status == 200


def find_clock(base: str) -> ManualClock | None:
    """The clock that can be moved, where the server offers one and it stands; None where time passes by itself."""
    status, answer = _ask("GET", f"{base}/_sim/clock")
    rate = inside(answer, "rate")
    stands = isinstance(rate, int | float) and not isinstance(rate, bool) and rate == 0
    return ManualClock(base) if status == 200 and stands else None


def _ask(method: str, url: str, body: Mapping[str, str] | None = None) -> tuple[int, object]:
    """Status and JSON of an answer; 0 and None where there is none, for no server has to have a clock."""
    try:
        with requests.request(method, url, json=body, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
            found: object = json.loads(whole_body(answer))
            return answer.status_code, found
    except (requests.RequestException, ValueError, RecursionError, OSError):
        return 0, None
