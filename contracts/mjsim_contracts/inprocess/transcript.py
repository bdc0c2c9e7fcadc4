"""A conversation as people read it: one line for each exchange, and the change that broke the client marked."""

import json
import traceback
from collections.abc import Iterator
from pathlib import Path

from mjsim_contracts.exchange import inside
from mjsim_contracts.inprocess.conversation import Line
from mjsim_contracts.inprocess.holding import Held

_OURS = str(Path(__file__).parent)
_FRAMES = 4
_LINES = 40
"""How many lines of a long conversation are shown, and those with a change."""

_STORY_WORDS = {
    "at-once": "{jobs} are completed at the first look",
    "fails": "{jobs} fail while they run",
    "cancelled": "somebody else cancels the {jobs}",
    "fails-at-once": "{jobs} have failed at the first look",
}


def told(held: Held) -> str:
    """What the client raised and where, and the conversation."""
    return "\n".join([*_raised(held.error), "", *_changes(held), "", *_lines(held.conversation.lines)])


def named(error: BaseException | None) -> str:
    """An exception in one line."""
    text = "".join(traceback.format_exception_only(error)).strip().splitlines()
    return text[0][:300] if text else ""


def _raised(error: BaseException | None) -> Iterator[str]:
    yield named(error)
    frames = [each for each in traceback.extract_tb(error.__traceback__ if error else None) if _is_theirs(each)]
    for frame in frames[-_FRAMES:]:
        yield f"  {frame.filename}:{frame.lineno}, in {frame.name}: {frame.line}"


def _is_theirs(frame: traceback.FrameSummary) -> bool:
    return not frame.filename.startswith(_OURS)


def _changes(held: Held) -> Iterator[str]:
    conversation = held.conversation
    if conversation.story in _STORY_WORDS:
        yield f"the story: {_STORY_WORDS[conversation.story].format(jobs=conversation.subject.jobs)}"
    changed = [each for line in conversation.lines for each in line.edits]
    for each in dict.fromkeys(changed):
        yield f"the change: {each.title} ({each.tier})"
    if not changed and conversation.story not in _STORY_WORDS:
        yield "nothing was changed: this is the truth"


def _lines(lines: list[Line]) -> Iterator[str]:
    width = max((len(_shown(line)) for line in lines), default=0)
    for number, line in enumerate(lines, 1):
        if _LINES // 2 <= number <= len(lines) - _LINES // 2 and not line.edits:
            if number == _LINES // 2:
                yield f"    ... {len(lines) - _LINES + 1} more ..."
            continue
        mark, note = (">", f"   <-- {'; '.join(line.marks)}") if line.edits else (" ", "")
        yield f"{mark} {number:3} {line.at:8.1f} s  {_shown(line):{width}}  {line.answer.status} {_brief(line)}{note}"


def _shown(line: Line) -> str:
    return f"{line.method:4} {line.target}"


def _brief(line: Line) -> str:
    """What an answer says, in a few words."""
    try:
        said = json.loads(line.answer.body)
    except ValueError:
        return f"{len(line.answer.body)} bytes"
    if isinstance(inside(said, "data"), list):
        return f"{len(said['data'])} jobs"
    code, flag = inside(said, "code"), inside(said, "data", "successFlag")
    words = [inside(said, "status"), code if isinstance(code, str) else _named("code", code)]
    words += [_percent(inside(said, "progress")), _named("successFlag", flag)]
    return ", ".join(str(word) for word in words if word is not None)


def _named(name: str, value: object) -> str | None:
    return None if value is None else f"{name} {value}"


def _percent(progress: object) -> str | None:
    return None if progress is None else f"{progress} %"
