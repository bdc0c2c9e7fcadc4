"""Which API is meant is asked in the same words by every command that knows more than one of them."""

from argparse import ArgumentParser

from mjsim_contracts.dialect.table import DIALECTS

APIS = tuple(DIALECTS)
"""The APIs that a check can be about; the first is meant where none is named."""


def add_api_option(parser: ArgumentParser, which: str) -> None:
    """Add `--api`; `which` says in a few words what API is asked for."""
    meant = f"{which}: the published one ({APIS[0]}, the default), or that of tasks in envelopes"
    parser.add_argument("--api", choices=APIS, default=APIS[0], help=meant)
