"""The page on faults names everything that there is, and what it shows is a fault."""

import json
import re
from pathlib import Path

import pytest

from mjsim.core.directive import LEGAL
from mjsim.core.fault import OPERATIONS, PARTS, Connection
from mjsim.core.mishap import Mishap
from mjsim.core.preference import KNOWN
from mjsim.web.control.faults import admit

PAGE = (Path(__file__).parents[2] / "simulator" / "faults.md").read_text(encoding="utf-8")
FORMS = LEGAL.partition(", webhook-")[0].split(", ")


@pytest.mark.parametrize("name", [*FORMS, *Mishap, *OPERATIONS, *PARTS, *Connection, *KNOWN])
def test_everything_is_named(name):
    assert re.search(rf"[`.\"]{re.escape(name)}[`\[=.\"]", PAGE), name


def test_what_it_shows_is_a_fault():
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert admit(json.loads(shown))
    for line in re.findall(r"`(\{\"match\".*?\})`", PAGE):
        assert admit(json.loads(line))
    for delay in re.findall(r"`(\{\"type\".*?\})`", PAGE):
        assert admit({"effect": {"latency": json.loads(delay)}})
