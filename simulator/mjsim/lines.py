"""What commands print: aligned lines for people, coloured only on a terminal, or JSON for machines."""

import json
import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from itertools import zip_longest


class Colour(StrEnum):
    """The colours of a terminal that mean something here."""

    GOOD = "\x1b[32m"
    BAD = "\x1b[31m"
    DIM = "\x1b[2m"


_PLAIN = "\x1b[0m"


def print_json(value: object) -> None:
    """The value on one line."""
    print(json.dumps(value, ensure_ascii=False))


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row, with their columns below each other."""
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows]


def print_table(rows: Sequence[Sequence[str]], colours: Sequence[Colour | None] = ()) -> None:
    """Aligned rows, each in a colour of its own."""
    for line, colour in zip_longest(aligned(rows), colours):
        print(painted(line, colour))


def painted(text: str, colour: Colour | None) -> str:
    """The text in a colour, where that can be seen and is not unwanted."""
    if colour is None or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"{colour}{text}{_PLAIN}"


def status_colour(status: str) -> Colour | None:
    """What the status of a job looks like."""
    return {"completed": Colour.GOOD, "failed": Colour.BAD, "cancelled": Colour.DIM}.get(status)


def printable(text: str) -> str:
    """The text without what would steer a terminal."""
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def counted(number: int, thing: str, things: str = "") -> str:
    """`1 job`, `2 jobs`."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def clock_time(instant: str) -> str:
    """The time of day of an RFC 3339 instant."""
    return instant[11:].removesuffix("Z")
