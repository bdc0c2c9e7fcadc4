"""Which API is meant is asked in the same words by every command that knows more than one of them."""

from argparse import ArgumentParser

NAMES = ("midjourney", "tasks")
"""What the APIs are called, and their documents, too; the first one is meant where nothing is said."""


def add_api_option(parser: ArgumentParser, whose: str) -> None:
    """Add `--api`; `whose` ends the sentence "the API that ..."."""
    meant = f"the API that {whose}: the published one (midjourney, the default), or that of tasks in envelopes"
    parser.add_argument("--api", choices=NAMES, default=NAMES[0], help=meant)
