"""The options that every check has mean the same everywhere: how thorough it is, and where its report goes."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path

from mjsim_contracts.error import CheckError
from mjsim_contracts.report.document import document
from mjsim_contracts.report.html import html
from mjsim_contracts.report.junit import junit
from mjsim_contracts.report.markdown import markdown
from mjsim_contracts.report.model import ExitCode, Report
from mjsim_contracts.report.sarif import sarif

PROFILES = ("quick", "default", "full")
STANDARD_OUTPUT = "-"

FORMS: Mapping[str, tuple[Callable[[Report], str], str]] = {
    "json": (document, "for programs; its JSON Schema is mjsim_contracts/report/report.schema.json"),
    "html": (html, "one page that needs nothing else"),
    "junit": (junit, "JUnit XML, as CI systems read it"),
    "sarif": (sarif, "SARIF 2.1.0, for code scanning"),
    "markdown": (markdown, "for a CI summary page; the file is appended to, as $GITHUB_STEP_SUMMARY wants it"),
}
"""By option, the form of the report that goes to its file, and what it is good for."""


def add_shared_options(parser: ArgumentParser, profiles: str | None, seeds: str) -> None:
    """Add them to a sub-command; see `Command` for what is said of profiles and seeds."""
    if profiles is not None:
        parser.add_argument("--seed", type=int, metavar="N", help=seeds)
        parser.add_argument("--profile", choices=PROFILES, default="default", help=profiles)
    for name, (_, purpose) in FORMS.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=f"write the report to FILE, or - : {purpose}")
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="failures that this file lists fail nothing")
    parser.add_argument("--baseline-update", action="store_true", help="write the present failures to the baseline")
    parser.add_argument("--quiet", action="store_true", help="no progress, and no report on the terminal")


def check_shared_options(given: Namespace) -> None:
    """CheckError for options that do not go together, before anything is run."""
    if given.baseline_update and not given.baseline:
        raise CheckError("--baseline-update needs --baseline FILE", ExitCode.USAGE)
    wanted = [name for name in FORMS if getattr(given, name) == STANDARD_OUTPUT]
    if len(wanted) > 1:
        raise CheckError(f"only one report fits standard output, not --{' and --'.join(wanted)}", ExitCode.USAGE)
    for name in FORMS:
        path = getattr(given, name)
        if path not in {None, STANDARD_OUTPUT} and not Path(path).absolute().parent.is_dir():
            raise CheckError(f"--{name} {path}: there is no such folder", ExitCode.USAGE)


def write_forms(given: Namespace, report: Report) -> str | None:
    """Write the report to the files that were named; what is to go to standard output, if anything."""
    shown = None
    for name, (form, _) in FORMS.items():
        path = getattr(given, name)
        if path == STANDARD_OUTPUT:
            shown = form(report)
        elif path is not None:
            _write(name, Path(path), form(report))
    return shown


def _write(name: str, path: Path, text: str) -> None:
    try:
        with path.open("a" if name == "markdown" else "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise CheckError(f"--{name} {path} cannot be written: {error.strerror}", ExitCode.USAGE) from error
