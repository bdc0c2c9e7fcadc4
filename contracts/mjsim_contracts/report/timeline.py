"""A job's events are drawn on one axis of time, as an SVG that stands inside the page and is read aloud by its titles."""

from collections.abc import Iterator
from html import escape

from mjsim_contracts.report.model import Event, Lane
from mjsim_contracts.report.printable import one_line

_LEFT, _WIDTH, _ROW, _TOP = 210, 900, 34, 26
"""Pixels: where time begins, how wide it is, the height of a lane, and the room for the axis."""

_KNOWN_KINDS = frozenset({"created", "poll", "webhook", "cancel", "429", "fault"})
_MOST_LANES = 40
_MOST_LABEL = 30


def timeline(lanes: tuple[Lane, ...]) -> str:
    """The lanes as an SVG element; empty where there are none."""
    shown = lanes[:_MOST_LANES]
    if not shown:
        return ""
    length = max((event.at for lane in shown for event in lane.events), default=0) or 1.0
    height = _TOP + _ROW * len(shown) + 4
    parts = [f'<svg viewBox="0 0 {_LEFT + _WIDTH + 30} {height}" role="img" aria-label="What happened to each job">']
    parts += _axis(length, height)
    for number, lane in enumerate(shown):
        parts += _lane(lane, _TOP + _ROW * number + _ROW // 2, length)
    return "".join((*parts, "</svg>", _rest(lanes)))


def _axis(length: float, height: int) -> Iterator[str]:
    step = _step(length)
    for number in range(int(length / step) + 1):
        x = _x(number * step, length)
        yield f'<line class="tick" x1="{x}" x2="{x}" y1="{_TOP - 6}" y2="{height}"/>'
        yield f'<text class="time" x="{x}" y="14">{number * step:g} s</text>'


def _step(length: float) -> float:
    """A round number of seconds that divides the axis into ten parts at most."""
    steps = (unit * 10.0**power for power in range(-3, 7) for unit in (1, 2, 5))
    return next(step for step in steps if length / step <= 10)


def _lane(lane: Lane, y: int, length: float) -> Iterator[str]:
    label = escape(one_line(lane.title, _MOST_LABEL))
    yield f'<text class="lane" x="0" y="{y + 4}">{label}<title>{escape(one_line(lane.title))}</title></text>'
    if lane.events:
        first, last = _x(lane.events[0].at, length), _x(lane.events[-1].at, length)
        yield f'<line class="life" x1="{first}" x2="{last}" y1="{y}" y2="{y}"/>'
    for event in lane.events:
        yield _mark(event, _x(event.at, length), y)


def _mark(event: Event, x: float, y: int) -> str:
    kind = event.kind if event.kind in _KNOWN_KINDS else "other"
    title = f"<title>{escape(one_line(f'{event.at:.2f} s {event.kind}: {event.text}', 300))}</title>"
    if kind == "429":
        return f'<rect class="mark k-429" x="{x - 3}" y="{y - 11}" width="6" height="22" rx="1">{title}</rect>'
    if kind == "webhook":
        points = f"{x},{y - 9} {x + 8},{y} {x},{y + 9} {x - 8},{y}"
        return f'<polygon class="mark k-webhook" points="{points}">{title}</polygon>'
    radius = 4 if kind == "poll" else 6
    return f'<circle class="mark k-{kind}" cx="{x}" cy="{y}" r="{radius}">{title}</circle>'


def _x(at: float, length: float) -> float:
    return round(_LEFT + _WIDTH * at / length, 1)


def _rest(lanes: tuple[Lane, ...]) -> str:
    left = len(lanes) - _MOST_LANES
    return f"<p>… and {left} more jobs; the JSON report has them all.</p>" if left > 0 else ""
