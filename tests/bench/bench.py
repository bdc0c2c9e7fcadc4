"""Speed, as ratios against a bare aiohttp server in the same run: `python tests/bench/bench.py`, or `make bench`.

A benchmark is no test: the exit code is 0 whatever the figures are, 2 where they could not be taken, 130 after Ctrl-C.
Everything happens on this machine's loopback, in processes and a folder that are gone at the end.
"""

import argparse
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import baseline
import server
import table
from figure import Figure
from figures import GROUPS, Bench
from load import Unfit


def main() -> int:
    """Take the figures and show them; the exit code."""
    given = _parser().parse_args()
    server.end_with_signals()
    figures: list[Figure] = []
    print("measuring, for about two minutes and a half", file=sys.stderr)
    try:
        with tempfile.TemporaryDirectory(prefix="mjsim-bench-", ignore_cleanup_errors=True) as folder:
            figures += _take(given, Path(folder))
    except KeyboardInterrupt:
        return 130
    except (Unfit, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    _show(figures, given)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description="Speed against a bare aiohttp server in the same run.")
    parser.add_argument("--seconds", type=float, default=0.8, metavar="S", help="length of a lap (default 0.8)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument("--markdown", action="store_true", help="print a Markdown table")
    parser.add_argument("--large", action="store_true", help="list out of 1,000,000 jobs, not 100,000")
    names = ", ".join(GROUPS)
    parser.add_argument("--only", nargs="+", choices=GROUPS, metavar="NAME", help=f"only these figures: {names}")
    return parser


def _take(given: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    public = folder / "public"
    public.mkdir()
    with server.baseline(public) as bare:
        bench = Bench(bare, folder, public, given.seconds, 1_000_000 if given.large else 100_000)
        for name in given.only or GROUPS:
            yield from GROUPS[name](bench)


def _show(figures: list[Figure], given: argparse.Namespace) -> None:
    about = table.machine(shlex.join(["python", *sys.argv]), baseline.JSON_LIBRARY)
    print(table.markdown(figures, about) if given.markdown else table.aligned(figures, about))
    if given.json:
        given.json.write_text(table.as_json(figures, about), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
