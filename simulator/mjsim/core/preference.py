"""A request can ask for its own fault by `Prefer` (RFC 7240): what is not known is passed over, as the RFC wants it, but a
known preference with a value that makes no sense is refused rather than quietly not honoured.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from mjsim.core.directive import NONE, SIM, Directives, parse_directives
from mjsim.core.duration import parse_duration
from mjsim.core.error import InvalidParameter
from mjsim.core.fault import LONGEST_DELAY, NOTHING, Connection, Effect, Fixed, Response
from mjsim.core.faultform import read_retry_after
from mjsim.core.guess import nearest
from mjsim.core.value import changed

_QUOTED = r'"(?:[^"\\]|\\.)*"'
# A value may hold more than a token of HTTP, so that `sim=fail@46` needs no quotes.
_ITEM = re.compile(
    rf'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*({_QUOTED}|[^\s",;]*))?\s*((?:;(?:{_QUOTED}|[^",])*)?)'
)
_ESCAPE = re.compile(r"\\(.)")
_SECONDS = re.compile(r"(?:date:)?[0-9]{1,9}|absent", re.ASCII)


class Preferences(NamedTuple):
    """What a request prefers: for the answer, for the job that it makes, and the preferences that are understood, as the
    header wrote them, by the part of the effect (or `sim`) that each one is for. `misspelled`: those that are not known,
    by the one that may be meant.
    """

    effect: Effect = NOTHING
    directives: Directives = NONE
    understood: Mapping[str, str] = {}
    misspelled: Mapping[str, str] = {}


def parse_prefer(headers: Sequence[str]) -> Preferences:
    """What the header lines ask for; `InvalidParameter` names a preference whose value makes no sense. Of one that stands
    twice the first holds, as the RFC says.
    """
    wanted: dict[str, str] = {}
    misspelled: dict[str, str] = {}
    for name, value in _items(", ".join(headers)):
        if name in KNOWN:
            wanted.setdefault(name, value)
        elif close := nearest(name[:40], KNOWN, 0.75):
            misspelled[name[:40]] = close
    found = Preferences(misspelled=misspelled)
    for name, value in wanted.items():
        part, read = KNOWN[name]
        shown = f"{name}={value}" if value else name
        found = read(found, value, f"Prefer: {name}")._replace(understood={**found.understood, shown: part})
    return found._replace(effect=_with_status(found.effect))


def _with_status(effect: Effect) -> Effect:
    """An HTML page without a status comes from a bad gateway; `Retry-After` without one comes from nobody."""
    response = effect.response
    if response is None or response.status:
        return effect
    if not response.page:
        raise InvalidParameter("Prefer: retry-after goes with a status, such as code=429.")
    return Effect(response=changed(response, status=502)).over(effect)


def _items(text: str) -> list[tuple[str, str]]:
    """The preferences by name, in small letters, with their values; what cannot be read as one is passed over."""
    items: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        if match := _ITEM.match(text, place):
            value = match[2] or ""
            items.append((match[1].lower(), _ESCAPE.sub(r"\1", value[1:-1]) if value[:1] == '"' else value))
            place = match.end()
        # On to the comma after whatever that was.
        comma = text.find(",", place)
        place = len(text) if comma < 0 else comma + 1
    return items


_Read = Callable[[Preferences, str, str], Preferences]
"""From what was preferred before, a value and its place: what is preferred."""


def _effect(found: Preferences, part: Effect) -> Preferences:
    return found._replace(effect=found.effect.over(part))


def _code(found: Preferences, value: str, place: str) -> Preferences:
    if not re.fullmatch(r"[2-5][0-9]{2}", value, re.ASCII):
        raise InvalidParameter(f"{place} takes a status from 200 to 599, not {value[:40]!r}.")
    before = found.effect.response or Response(0)
    return found._replace(effect=Effect(response=changed(before, status=int(value))).over(found.effect))


def _retry_after(found: Preferences, value: str, place: str) -> Preferences:
    if not _SECONDS.fullmatch(value):
        raise InvalidParameter(f"{place} takes seconds (2), a date (date:2) or absent, not {value[:40]!r}.")
    before = found.effect.response or Response(0)
    response = changed(before, retry_after=read_retry_after(value))
    return found._replace(effect=Effect(response=response).over(found.effect))


def _latency(found: Preferences, value: str, place: str) -> Preferences:
    return _effect(found, Effect(latency=_delay(value, place)))


def _first_byte(found: Preferences, value: str, place: str) -> Preferences:
    return _effect(found, Effect(first_byte=_delay(value, place)))


def _delay(value: str, place: str) -> Fixed:
    milliseconds = parse_duration(value, place)
    if milliseconds > LONGEST_DELAY:
        raise InvalidParameter(f"{place} takes at most {LONGEST_DELAY // 60_000}m, not {value[:40]!r}.")
    return Fixed(float(milliseconds))


def _connection(found: Preferences, value: str, place: str) -> Preferences:
    _refuse_value(value, place)
    return _effect(found, Effect(connection=Connection(place.removeprefix("Prefer: "))))


def _truncate(found: Preferences, value: str, place: str) -> Preferences:
    if not re.fullmatch(r"|0?\.[0-9]{1,6}|0", value, re.ASCII):
        raise InvalidParameter(f"{place} takes the share of the body that is sent, such as 0.5, not {value[:40]!r}.")
    return _effect(found, Effect(truncate=float(value or "0.5")))


def _malformed(found: Preferences, value: str, place: str) -> Preferences:
    _refuse_value(value, place)
    return _effect(found, Effect(malformed=True))


def _html(found: Preferences, value: str, place: str) -> Preferences:
    _refuse_value(value, place)
    before = found.effect.response or Response(0)
    return found._replace(effect=Effect(response=changed(before, page=True)).over(found.effect))


def _content_type(found: Preferences, value: str, place: str) -> Preferences:
    if not re.fullmatch(r"[ -~]{1,200}", value):
        raise InvalidParameter(f"{place} takes a media type such as text/plain.")
    return _effect(found, Effect(content_type=value))


def _stale(found: Preferences, value: str, place: str) -> Preferences:
    return _effect(found, Effect(stale=parse_duration(value, place)))


def _drift(found: Preferences, value: str, place: str) -> Preferences:
    if not re.fullmatch(r"-?[0-9]{1,6}", value, re.ASCII):
        raise InvalidParameter(f"{place} takes a number of jobs such as 1 or -1, not {value[:40]!r}.")
    return _effect(found, Effect(drift=int(value)))


def _drip(found: Preferences, value: str, place: str) -> Preferences:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", value, re.ASCII):
        raise InvalidParameter(f"{place} takes a number of bytes a second from 1, not {value[:40]!r}.")
    return _effect(found, Effect(drip=int(value)))


def _sim(found: Preferences, value: str, place: str) -> Preferences:
    directives = parse_directives(value, place)
    if directives is NONE:
        raise InvalidParameter(f'{place} takes directives, such as sim="fail@46".')
    return found._replace(directives=directives)


def _refuse_value(value: str, place: str) -> None:
    if value:
        raise InvalidParameter(f"{place} takes no value, not {value[:40]!r}.")


KNOWN: Final[Mapping[str, tuple[str, _Read]]] = {
    "code": ("response", _code),
    "retry-after": ("response", _retry_after),
    "html": ("response", _html),
    "latency": ("latency", _latency),
    "first-byte": ("first_byte", _first_byte),
    "drip": ("drip", _drip),
    **{name.value: ("connection", _connection) for name in Connection},
    "truncate": ("truncate", _truncate),
    "malformed": ("malformed", _malformed),
    "content-type": ("content_type", _content_type),
    "stale": ("stale", _stale),
    "drift": ("drift", _drift),
    SIM: (SIM, _sim),
}
"""The preferences by name: the part of an effect that each one is for, and how its value is read."""
