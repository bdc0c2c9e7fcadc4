"""The figures as an aligned table, as Markdown for the README, or as JSON for other programs."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime

from figure import Figure
from server import CORES

_HEAD = ("figure", "ours", "against", "ratio", "by CPU", "goal", "")
_NOTE = (
    "Answers a second, with the server's processor time for each in brackets; against the bare aiohttp server of the same\n"
    "run unless the line says otherwise. Ratios are medians of neighbouring laps; `by CPU` compares processor time,\n"
    "which holds on a busy machine, too. A goal is met when both meet it."
)


def machine(command: str, json_library: str) -> str:
    """When and where the figures were taken, and how to take them again."""
    bound = "servers and load on cores of their own" if CORES else "nothing bound to cores"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({bound}), {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, baseline with {json_library}; {command}"
    )


def row(figure: Figure) -> tuple[str, ...]:
    """The cells of a line."""
    by_processor = "" if figure.by_processor is None else f"{figure.by_processor:.2f}"
    met = "met" if figure.met else "NOT MET"
    return figure.name, figure.ours, figure.against, figure.ratio, by_processor, str(figure.goal), met


def aligned(figures: Sequence[Figure], about: str) -> str:
    """For a terminal."""
    rows = [_HEAD, *map(row, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(_justified(cells, widths)).rstrip() for cells in rows]
    rule = "-" * max(map(len, lines))
    return "\n".join([lines[0], rule, *lines[1:], rule, _NOTE, about])


def markdown(figures: Sequence[Figure], about: str) -> str:
    """For a page."""
    rows = [_HEAD, ("---", "---:", "---:", "---:", "---:", "---:", "---"), *map(row, figures)]
    return "\n".join([*(f"| {' | '.join(cells)} |" for cells in rows), "", _NOTE.replace("\n", " "), "", about])


def as_json(figures: Sequence[Figure], about: str) -> str:
    """For other programs; `value` is in the unit of the goal."""
    entries = [
        {
            "name": figure.name,
            "ours": figure.ours,
            "against": figure.against,
            "value": figure.value,
            "by_processor": figure.by_processor,
            "goal": str(figure.goal),
            "met": figure.met,
        }
        for figure in figures
    ]
    return json.dumps({"about": about, "figures": entries}, indent=2, ensure_ascii=False) + "\n"


def _justified(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Words to the left, numbers to the right."""
    words = {0, len(widths) - 1}
    return [
        cell.ljust(width) if place in words else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
