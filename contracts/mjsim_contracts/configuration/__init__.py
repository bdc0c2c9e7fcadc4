"""How a server is judged depends on the contract that it is held to: each has its Schemathesis configuration here, in
which every waiver stands beside its reason.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.resources import as_file, files
from pathlib import Path

from mjsim_contracts.contract import OVERLAID, PUBLISHED, TASKS

KEY = "MJSIM_CONTRACTS_KEY"
"""The variable that holds the key to check with."""

OTHER_KEY = "MJSIM_CONTRACTS_OTHER_KEY"
"""The variable that holds the key of another account, if there is one."""

NOTES = "MJSIM_CONTRACTS_NOTES"
"""The variable that names the file for the numbers of judgements by promise."""


class Configuration(StrEnum):
    """The contracts that a server can be held to."""

    OVERLAID = "overlaid"
    """The published contract with mjsim's additions; nothing is waived."""
    PUBLISHED = "published"
    """The published contract as it stands, with the waivers that no honest server can do without."""

    TASKS = "tasks"
    """The task API."""

    @property
    def document(self) -> str:
        """The name of the contract's document."""
        return {
            Configuration.OVERLAID: OVERLAID,
            Configuration.PUBLISHED: PUBLISHED,
            Configuration.TASKS: TASKS,
        }[self]

    @contextmanager
    def file(self) -> Iterator[Path]:
        """The configuration as a file, for as long as the context lasts."""
        with as_file(files(__name__) / f"{self.value}.toml") as path:
            yield path
