"""A check that cannot fail proves nothing: each of these clients has one defect, and is found out for that reason."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from mjsim_contracts.client.check import ClientCheck

from .defects import DEFECTS, Defect
from .test_correct_clients import command


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_broken_client_is_found_out(tmp_path: Path, instant: str, openapi: Path, defect: Defect) -> None:
    """The case that fails says what is wrong, not merely that something is."""
    check = ClientCheck(
        command(defect.write(tmp_path)),
        openapi / "midjourney.json",
        patience=4,
        only=(defect.varied,),
        server=instant,
    )
    report = check.run()
    found = {case.id for case in report.cases if case.outcome is defect.outcome}
    assert any(fnmatchcase(each, defect.finds) for each in found), found
