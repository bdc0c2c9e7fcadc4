"""`mjsim clock`: simulated time, shown and moved; what happened on the way is told."""

import argparse
from collections.abc import Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from mjsim.commands.connection import add_connection, connect
from mjsim.commands.parser import Parser, duration
from mjsim.core.error import SettingsError
from mjsim.lines import Colour, aligned, clock_time, counted, painted, print_json, print_table, status_colour

if TYPE_CHECKING:
    from mjsim.client.clock import Clock
    from mjsim.client.shape import Change, ClockState, Walk

EXAMPLES = """examples:
  mjsim clock show                             what time it is, and how fast it goes
  mjsim clock advance 60s                      a minute on; answers when all that was due has happened
  mjsim clock advance --until quiet            until no job is on its way and nothing is left to deliver
  mjsim clock advance --job JOB_ID             to the next moment of a job
  mjsim clock rate 60                          a minute passes in a second
  mjsim clock freeze                           time stands still
  mjsim clock step 500ms                       half a second passes at each API request

Durations read 250ms, 90s, 1h30m or 2d.
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    verbs = parser.verbs(usual="show")
    verbs.add("show", "what time it is, and how fast it goes")
    advance = verbs.add("advance", "move on, and tell what happened")
    advance.add_argument("by", nargs="?", type=duration, metavar="DURATION", help="by so much, such as 60s")
    advance.add_argument("--to", metavar="TIME", help="to an instant, such as 2026-01-31T12:00:00Z")
    advance.add_argument("--job", metavar="ID", help="to the next moment of this job")
    advance.add_argument("--until", choices=["quiet"], help="until nothing is left to happen")
    verbs.add("rate", "let time run").add_argument(
        "rate", type=float, metavar="N", help="simulated seconds to a real one"
    )
    verbs.add("freeze", "let time stand still")
    step = verbs.add("step", "let time go by steps")
    step.add_argument("step", type=duration, metavar="DURATION", help="at each API request; 0s ends it")
    add_connection(verbs)


def run(given: argparse.Namespace) -> int:
    """Do what the verb says."""
    if given.verb == "advance" and sum(way is not None for way in (given.by, given.to, given.job, given.until)) != 1:
        raise SettingsError("clock advance takes a duration such as 60s, or one of --to, --job and --until.")
    clock = connect(given).clock
    if given.verb == "advance":
        walk = _advance(clock, given)
        print_json(walk) if given.json else _print_walk(walk)
        return 0
    state = _set(clock, given)
    print_json(state) if given.json else _print_state(state)
    return 0


def _set(clock: "Clock", given: argparse.Namespace) -> "ClockState":
    match given.verb:
        case "rate":
            return clock.run_at(given.rate)
        case "freeze":
            return clock.freeze()
        case "step":
            return clock.step(given.step)
        case _:
            return clock.show()


def _advance(clock: "Clock", given: argparse.Namespace) -> "Walk":
    if given.to is not None:
        return clock.advance_to(given.to)
    if given.job is not None:
        return clock.advance_job(given.job)
    if given.until is not None:
        return clock.advance_until_quiet()
    return clock.advance(given.by)


def _print_state(state: "ClockState") -> None:
    rate, step = state["rate"], state["step"]
    pace = f"{rate:g} simulated seconds to a real one" if rate else "time stands still"
    print_table(
        [
            ["now", state["now"]],
            ["rate", "1, real time" if rate == 1 else pace],
            *([["step", f"{step} ms at each API request"]] if step else []),
            *([["next", f"a delivery is due at {state['next_due']}"]] if "next_due" in state else []),
        ]
    )


def _print_walk(walk: "Walk") -> None:
    changes = [(one["at"], _change(one), status_colour(one["status"])) for one in walk["changes"]]
    attempts = [(one["attempt"]["at"], _attempt(**one), None) for one in walk["attempts"]]
    # A change comes before the news of it, which is of the same instant.
    for _, line, colour in sorted([*_lines(changes), *_lines(attempts)], key=itemgetter(0)):
        print(painted(line, colour))
    told = [counted(walk["changed"], "change"), counted(walk["attempted"], "delivery attempt")]
    print(f"{walk['after']}  {', '.join(told)}")


def _lines(happened: Sequence[tuple[str, list[str], Colour | None]]) -> list[tuple[str, str, Colour | None]]:
    """What happened of one kind, each with its instant and as a line whose columns are below those of its kind."""
    lines = aligned([row for _, row, _ in happened])
    return [(at, line, colour) for (at, _, colour), line in zip(happened, lines, strict=True)]


def _change(change: "Change") -> list[str]:
    """A job that came to another status, in columns."""
    at, job = clock_time(change["at"]), [change["job_id"], change["type"], change["status"]]
    return [at, *job, f"{change['progress']} %", change["tenant"]]


def _attempt(delivery: dict[str, Any], attempt: dict[str, Any]) -> list[str]:
    """An attempt to deliver, in a line: what came back, or what stood in the way, and when it is tried again."""
    came = str(attempt["response"]["status"]) if "response" in attempt else attempt["error"]["class"]
    again = f"again at {clock_time(attempt['next_at'])}" if "next_at" in attempt else delivery["standing"]
    return [clock_time(attempt["at"]), "-->", delivery["id"], delivery["event"], delivery["url"], came, again]
