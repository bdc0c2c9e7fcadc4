"""What `mjsim check` can check: one module for each thing, all of them in one table, and the options that they share."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mjsim_contracts.progress import Progress
from mjsim_contracts.report.model import Report


class Check(Protocol):
    """Whatever comes to a report; `CheckError` where it comes to none."""

    def run(self) -> Report:
        """Do it."""


@dataclass(frozen=True, slots=True)
class Command:
    """A sub-command of `mjsim check`. What it imports is imported by `build`, so that help costs nothing."""

    name: str
    help: str
    examples: str
    add_options: Callable[[ArgumentParser], None]
    """Its own arguments; those that all share are added to them."""
    build: Callable[[Namespace, Progress], Check]
    profiles: str | None = None
    """What each profile does, as help says it; None where nothing is asked, only listened to: there is no seed either."""
    seeds: str = "the same seed asks the same questions (default: 1)"
    """What a seed does."""
