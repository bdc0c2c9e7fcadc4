"""The outcome can be picked by the input: directives such as `fail@46` or `webhook-late=60s` say what shall become of
a job and of its webhooks. The same words work in a prompt (`--sim fail@46`), in a `Prefer` header and in a fault.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from mjsim.core.duration import parse_duration
from mjsim.core.error import InvalidParameter
from mjsim.core.fate import LAST_PROGRESS, REFUSALS, Course, Ending, Fate
from mjsim.core.guess import nearest
from mjsim.core.mishap import LONGEST, MOST_TIMES, SPANS, TIMES, Mishap, Wish
from mjsim.core.plan import FAILURES
from mjsim.core.timeline import Failure
from mjsim.core.value import Frozen, changed

_RESULT_LOST: Final = Failure("result_unavailable", "The pictures were made, but the result could not be kept.")
_MESSAGES = {failure.code: failure.message for failure in (*FAILURES, _RESULT_LOST)}
_WORD = re.compile(r"([a-z][a-z0-9-]{0,39})(?:@([0-9]{1,3}))?(?:=(\S{1,80}))?", re.ASCII)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
_FACTOR = re.compile(r"[0-9]{1,4}(\.[0-9]{1,3})?", re.ASCII)
_TIMES = re.compile(r"[0-9]{1,3}", re.ASCII)
_WEBHOOK = "webhook-"


class Directives(Frozen):
    """What a request asks for itself. `fate` None: nothing for the job; `webhook`: what to do wrong to its webhooks."""

    fate: Fate | None = None
    webhook: tuple[Wish, ...] = ()

    def over(self, other: "Directives") -> "Directives":
        """These, and the other's where these say nothing."""
        return other if self is NONE else Directives(self.fate or other.fate, self.webhook or other.webhook)


NONE: Final = Directives()

SIM: Final = "sim"
"""What directives are called where something is asked for in parts."""

_Change = Callable[[Directives, str, str | None, str], Directives]
"""From what was asked before, the progress and the value of a directive (None: not given), and its place: what is asked."""


def parse_directives(text: str, place: str) -> Directives:
    """What the words ask for; of two that contradict each other the later holds. `InvalidParameter` names the legal ones."""
    asked = NONE
    for word in text.split():
        asked = _parse(asked, word, place)
    return asked


def parse_mishaps(text: str, place: str) -> tuple[Wish, ...]:
    """What is to go wrong with a webhook; the names stand without the prefix that they have elsewhere."""
    asked = NONE
    for word in text.split():
        name = f"{_WEBHOOK}{word}"
        if re.split("[@=]", name, maxsplit=1)[0] not in _KNOWN:
            raise InvalidParameter(f"{place}: {word[:60]!r} is nothing that goes wrong. Legal are {_MISHAPS}.")
        asked = _parse(asked, name, place)
    return asked.webhook


def _parse(asked: Directives, word: str, place: str) -> Directives:
    match = _WORD.fullmatch(word)
    known = _KNOWN.get(match[1]) if match else None
    if match is None or known is None:
        raise InvalidParameter(f"{place}: {word[:60]!r} is no directive.{_hint(word)} Legal are {LEGAL}.")
    if match[2] is not None and not known.progress:
        raise InvalidParameter(f"{place}: {match[1]} takes no progress; write {known.form}.")
    if match[3] is not None and not known.value:
        raise InvalidParameter(f"{place}: {match[1]} takes no value; write {known.form}.")
    progress = known.progress or "0" if match[2] is None else match[2]
    if int(progress) > LAST_PROGRESS:
        raise InvalidParameter(f"{place}: {match[1]} takes a progress from 0 to {LAST_PROGRESS}, not {progress}.")
    return known.change(asked, progress, match[3], f"{place}: {match[1]}")


def _hint(word: str) -> str:
    close = nearest(re.split("[@=]", word, maxsplit=1)[0][:40], _KNOWN)
    return f" Did you mean {close}?" if close else ""


def _fated(asked: Directives, **changes: object) -> Directives:
    fate = changed(asked.fate or Fate(), **changes)
    return changed(asked, fate=None if fate == Fate() else fate)


def _refuse(asked: Directives, _progress: str, value: str | None, place: str) -> Directives:
    code = value or "banned_prompt"
    if code not in REFUSALS:
        raise InvalidParameter(f"{place} takes one of {', '.join(REFUSALS)}, not {code!r}.")
    return _fated(asked, refusal=code)


def _fail(asked: Directives, progress: str, value: str | None, place: str) -> Directives:
    code = value or "internal_error"
    if not _CODE.fullmatch(code):
        raise InvalidParameter(f"{place} takes a code of small letters, digits and underscores, not {code!r}.")
    message = _MESSAGES.get(code, "The job failed as it was asked to.")
    return _fated(asked, ending=Ending.FAILS, progress=int(progress), failure=Failure(code, message))


def _fail_at_the_result(asked: Directives, _progress: str, value: str | None, place: str) -> Directives:
    return _fail(asked, str(LAST_PROGRESS), value or _RESULT_LOST.code, place)


def _end(asked: Directives, progress: str, _value: str | None, _place: str, ending: Ending) -> Directives:
    return _fated(asked, ending=ending, progress=int(progress), failure=None)


def _course(asked: Directives, _progress: str, _value: str | None, _place: str, course: Course) -> Directives:
    return _fated(asked, course=course)


def _slow(asked: Directives, _progress: str, value: str | None, place: str) -> Directives:
    text = "2" if value is None else value
    if not _FACTOR.fullmatch(text) or not 0.01 <= float(text) <= 1000:
        raise InvalidParameter(f"{place} takes a factor from 0.01 to 1000, not {text!r}.")
    return _fated(asked, slowness=float(text))


def _spoil(asked: Directives, _progress: str, value: str | None, place: str, mishap: Mishap) -> Directives:
    amount = TIMES.get(mishap, SPANS.get(mishap, 0))
    if value is not None and mishap in SPANS:
        amount = min(parse_duration(value, place), LONGEST)
    elif value is not None:
        if not _TIMES.fullmatch(value) or not 2 <= int(value) <= MOST_TIMES:
            raise InvalidParameter(f"{place} takes a number from 2 to {MOST_TIMES}, not {value!r}.")
        amount = int(value)
    others = tuple(wish for wish in asked.webhook if wish.mishap is not mishap)
    return changed(asked, webhook=(*others, Wish(mishap, amount)))


class _Directive(Frozen):
    """`progress`: the usual one, where it takes one; `value`: whether it takes one; `form`: how it is written."""

    change: _Change
    form: str
    progress: str = ""
    value: bool = False


def _webhook_directive(mishap: Mishap) -> _Directive:
    value = "[=TIMES]" if mishap in TIMES else "[=DURATION]" if mishap in SPANS else ""
    return _Directive(partial(_spoil, mishap=mishap), f"{_WEBHOOK}{mishap}{value}", value=bool(value))


_KNOWN: Final[Mapping[str, _Directive]] = {
    "refuse": _Directive(_refuse, "refuse[=CODE]", value=True),
    "fail": _Directive(_fail, "fail[@PROGRESS][=CODE]", "46", value=True),
    "fail-result": _Directive(_fail_at_the_result, "fail-result[=CODE]", value=True),
    "stuck": _Directive(partial(_end, ending=Ending.STICKS), "stuck[@PROGRESS]", "93"),
    "cancel": _Directive(partial(_end, ending=Ending.IS_CANCELLED), "cancel[@PROGRESS]", "31"),
    "instant": _Directive(partial(_course, course=Course.INSTANT), "instant"),
    "direct": _Directive(partial(_course, course=Course.DIRECT), "direct"),
    "slow": _Directive(_slow, "slow[=FACTOR]", value=True),
    **{f"{_WEBHOOK}{mishap}": _webhook_directive(mishap) for mishap in Mishap},
}

_FORMS = tuple(one.form for one in _KNOWN.values())
_MISHAPS: Final = ", ".join(form.removeprefix(_WEBHOOK) for form in _FORMS if form.startswith(_WEBHOOK))
LEGAL: Final = ", ".join(form for form in _FORMS if not form.startswith(_WEBHOOK)) + f", {_WEBHOOK}{{{_MISHAPS}}}"
"""All directives as they are written, for people."""


def written(directives: Directives) -> str:
    """The words that ask for these directives, in full."""
    fate, words = directives.fate, []
    if fate is not None:
        words += [f"refuse={fate.refusal}"] if fate.refusal else []
        words += [_ending(fate, fate.ending)] if fate.ending else []
        words += [str(fate.course)] if fate.course else []
        words += [f"slow={fate.slowness:.3f}"] if fate.slowness != 1 else []
    words += [f"{_WEBHOOK}{wish.mishap}{_amount(wish)}" for wish in directives.webhook]
    return " ".join(words)


def _ending(fate: Fate, ending: Ending) -> str:
    name = {Ending.FAILS: "fail", Ending.IS_CANCELLED: "cancel", Ending.STICKS: "stuck"}[ending]
    return f"{name}@{fate.progress}" + (f"={fate.failure.code}" if fate.failure else "")


def _amount(wish: Wish) -> str:
    if wish.mishap in TIMES:
        return f"={wish.value}"
    return f"={wish.value}ms" if wish.mishap in SPANS else ""
