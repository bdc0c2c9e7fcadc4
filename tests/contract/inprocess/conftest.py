"""One simulator's answers serve all conversations here."""

from collections.abc import Iterator

import pytest

from mjsim_contracts.inprocess.exploring import Conversations
from mjsim_contracts.inprocess.golden import Golden


@pytest.fixture(scope="session")
def golden() -> Iterator[Golden]:
    """What a simulator answers."""
    with Golden() as golden:
        yield golden


@pytest.fixture
def conversations(golden: Golden) -> Conversations:
    """Conversations as a suite holds them."""
    return Conversations(golden)
