"""The APIs that there are: every table of something by API has these names, in this order; the first one is meant where
nothing is said.
"""

from collections.abc import Mapping

from mjsim_contracts.dialect import Dialect
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.dialect.tasks import TASKS

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (MIDJOURNEY, TASKS)}


def spoken(method: str, target: str) -> str:
    """The API that a request is one of; empty where it is one of none."""
    return next((name for name, dialect in DIALECTS.items() if dialect.operation(method, target)), "")
