"""A recording is played on a clock that stands still: time jumps to the instant of each exchange, then it is asked again."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from mjsim.client import Control
from mjsim.client.shape import Entry
from mjsim.client.wire import Answer, Wire
from mjsim.core.error import Unreachable
from mjsim.core.instant import parse_rfc3339
from mjsim.replay.exchange import Difference, content, differences, is_whole, request_headers
from mjsim.replay.recording import Recording

_ADVANCE = "/_sim/clock/advance"


class Played(NamedTuple):
    """An exchange that was asked again, or was left out and why."""

    entry: Entry
    differences: tuple[Difference, ...] = ()
    left_out: str = ""


class Player:
    """Plays recordings against one simulator; `ControlError` where it is gone."""

    def __init__(self, url: str, token: str | None = None) -> None:
        control = Control(url, token)
        self._clock = control.clock
        self._faults = control.faults
        self._wire = Wire(url)
        self._token = token
        self._now = parse_rfc3339(self._clock.show()["now"])

    def play(self, recording: Recording) -> Iterator[Played]:
        """Each exchange, in the order of their instants."""
        if recording.faults:
            self._faults.add(*recording.faults)
        for entry in sorted(recording.entries, key=lambda one: (parse_rfc3339(one["at"]), one["number"])):
            if reason := _left_out(entry):
                yield Played(entry, left_out=reason)
                continue
            self._jump(entry)
            yield Played(entry, self._differences(entry))

    def _differences(self, entry: Entry) -> tuple[Difference, ...]:
        """Ask again and compare."""
        try:
            answer = self._ask(entry)
        except Unreachable as error:
            self._clock.show()  # it is still there; the answer alone was cut off
            return () if _was_cut_off(entry) else (Difference("answer", str(entry["status"]), error.reason),)
        self._follow(entry, answer)
        return tuple(differences(entry, answer))

    def _jump(self, entry: Entry) -> None:
        at = parse_rfc3339(entry["at"])
        if at > self._now:
            self._clock.advance_to(entry["at"])
            self._now = at

    def _ask(self, entry: Entry) -> Answer:
        headers = request_headers(entry)
        if entry["surface"] == "control" and self._token:
            headers = [(name, value) for name, value in headers if name.lower() != "authorization"]
            headers.append(("Authorization", f"Bearer {self._token}"))
        return self._wire.exchange(entry["method"], entry["target"], headers, content(entry["request_body"]) or None)

    def _follow(self, entry: Entry, answer: Answer) -> None:
        """An advance that is asked again moves time, too."""
        if entry["target"].startswith(_ADVANCE) and answer.status == 200:
            self._now = parse_rfc3339(json.loads(answer.body)["after"])


def _was_cut_off(entry: Entry) -> bool:
    """Whether a fault has kept the answer, or some of it, from whoever asked."""
    return any({"connection", "truncate", "drip"} & set(fault["parts"]) for fault in entry["faults"])


def _left_out(entry: Entry) -> str:
    """Why an exchange is not asked again, empty where it is."""
    path = entry["target"].partition("?")[0]
    if path.startswith("/_sim/inbox/"):
        return "a webhook comes by itself"
    if path.startswith(("/_sim/journal", "/_sim/import")) or (path.startswith("/_sim/") and path.endswith("/wait")):
        return "it is about the run itself"
    if (entry["method"], path) == ("PUT", "/_sim/clock"):
        return "the instants of the exchanges lead the clock"
    return "" if is_whole(entry) else "the journal kept only the beginning of its body"
