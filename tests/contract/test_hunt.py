"""The same checks as in every run, with other seeds and many more examples: a hunt for what a short look leaves out.

Deselected unless it is asked for: `pytest tests/contract -m hunt`, about a minute for each case.
"""

from pathlib import Path

import pytest

from mjsim_contracts.configuration import Configuration

from .test_server_check import check, must_pass

pytestmark = pytest.mark.hunt

SEEDS = range(11, 16)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("configuration", Configuration)
@pytest.mark.parametrize("pace", ["instant", "quick"])
def test_nothing_is_found(
    request: pytest.FixtureRequest, openapi: Path, pace: str, configuration: Configuration, seed: int
) -> None:
    """300 examples for each operation and phase."""
    url: str = request.getfixturevalue(pace)
    must_pass(check(url, openapi, configuration, seed, max_examples=300).run(), least=2000)
