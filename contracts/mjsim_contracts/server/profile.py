"""How thorough a check is has a name, and each name means the same numbers everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from mjsim_contracts.server.engine import PHASES
from mjsim_contracts.server.story import Stories


@dataclass(frozen=True, slots=True)
class Profile:
    """`examples` is how many Schemathesis draws for each operation, and `seconds` how long it may take at all; without
    `phases` it is left out. `patience` is how many seconds jobs are waited for.
    """

    name: str
    phases: tuple[str, ...]
    examples: int
    stories: Stories
    patience: float
    seconds: float


PROFILES: Mapping[str, Profile] = {
    each.name: each
    for each in (
        Profile("quick", ("coverage",), 5, Stories(number=25, steps=10, seconds=3), patience=3, seconds=60),
        Profile("default", PHASES, 25, Stories(number=60, steps=20, seconds=8), patience=14, seconds=300),
        Profile("full", PHASES, 300, Stories(number=1000, steps=30, seconds=300), patience=180, seconds=3600),
    )
}
"""By name."""
