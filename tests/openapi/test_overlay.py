"""An overlay is applied as the standard says, or not at all; and its command keeps the JSON files in step."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mjsim_contracts.overlay import OverlayError, apply, load_yaml, main

OPENAPI = Path(__file__).parents[2] / "openapi"


def small() -> dict[str, Any]:
    """Return a document to try overlays on."""
    return {"servers": [{"url": "/a"}, {"url": "/b"}], "info": {"title": "t", "contact": {"name": "n"}}}


def overlay(*actions: dict[str, Any]) -> dict[str, Any]:
    """Return an overlay of these actions."""
    return {"overlay": "1.0.0", "info": {"title": "t", "version": "1"}, "actions": list(actions)}


def test_the_loader_reads_yaml_1_2(tmp_path: Path) -> None:
    """Even without quotes, no, yes, on and off are strings, as keys and as values."""
    (tmp_path / "a.yaml").write_text("no: yes\non: [off, true]\n", encoding="utf-8")
    assert load_yaml(tmp_path / "a.yaml") == {"no": "yes", "on": ["off", True]}


@pytest.mark.parametrize("text", ["- a\n", "a: 1\na: 2\n"], ids=["no object", "a key twice"])
def test_the_loader_refuses_what_cannot_be_a_document(tmp_path: Path, text: str) -> None:
    """The error names the file."""
    (tmp_path / "odd.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(OverlayError, match=r"odd\.yaml"):
        load_yaml(tmp_path / "odd.yaml")


def test_applying_an_overlay_mutates_nothing() -> None:
    """Neither document nor overlay changes, now or when somebody later changes the result."""
    document, entry = small(), {"url": "/c"}
    additions = overlay({"target": "$.servers", "update": entry}, {"target": "$.servers[0]", "remove": True})
    copies = deepcopy((document, additions))
    result = apply(document, additions)
    result["servers"][-1]["url"] = result["info"]["title"] = "changed"
    assert (document, additions) == copies


def test_an_update_appends_to_an_array_and_merges_into_an_object() -> None:
    """An array gains the entry, an object the new keys; what was there beside them stays."""
    entry, more = {"url": "/c"}, {"contact": {"url": "u"}, "title": "new"}
    actions = {"target": "$.servers", "update": entry}, {"target": "$.info", "update": more}
    result = apply(small(), overlay(*actions))
    assert result["servers"] == [{"url": "/a"}, {"url": "/b"}, {"url": "/c"}]
    assert result["info"] == {"title": "new", "contact": {"name": "n", "url": "u"}}
    assert apply({"a": {"b": [1]}}, overlay({"target": "$.a", "update": {"b": [2]}})) == {"a": {"b": [1, 2]}}


def test_remove_takes_out_every_match() -> None:
    """Items of an array all go, though each removal moves the ones behind it; remove wins over update."""
    assert apply(small(), overlay({"target": "$.servers[*]", "remove": True}))["servers"] == []
    assert "info" not in apply(small(), overlay({"target": "$.info", "remove": True, "update": {"title": "x"}}))


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"target": "$.paths", "update": {}}, "matches nothing"),
        ({"target": "$.info.title", "remove": True}, "neither object nor array"),
        ({"target": "$[", "update": {}}, "no JSONPath"),
        ({"target": "$", "remove": True}, "whole document"),
        ({"target": "$.info"}, "neither update nor remove"),
        ({"target": "$.info", "update": "x"}, "cannot be updated"),
    ],
)
def test_an_action_that_cannot_be_carried_out_is_refused_by_name(action: dict[str, Any], message: str) -> None:
    """The error gives the action's number and target, so that the line is found at once."""
    with pytest.raises(OverlayError, match=message) as caught:
        apply(small(), overlay({"target": "$.info", "update": {}}, action))
    assert str(caught.value).startswith(f"action 2 ({action['target']}): ")


def test_only_version_1_0_overlays_are_applied() -> None:
    """A later version has actions that would be misread."""
    with pytest.raises(OverlayError, match=r"1\.1\.0"):
        apply(small(), {**overlay(), "overlay": "1.1.0"})


def test_the_command_writes_then_finds_nothing_stale(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --check it names a stale file and exits with 1; without, it writes; then --check is content."""
    assert main([str(tmp_path)]) == 1
    assert "no overlay" in capsys.readouterr().err
    for name in ("midjourney.yaml", "midjourney.overlay.yaml"):
        (tmp_path / name).write_bytes((OPENAPI / name).read_bytes())
    assert main([str(tmp_path), "--check"]) == 1
    assert "midjourney.json is stale" in capsys.readouterr().err
    assert not (tmp_path / "midjourney.json").exists()
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0
    assert json.loads((tmp_path / "midjourney.json").read_bytes()) == json.loads(
        (OPENAPI / "midjourney.json").read_bytes()
    )


def test_a_document_that_no_overlay_extends_is_written_as_it_is(tmp_path: Path) -> None:
    """Beside the two files of an overlay there is one for each other source, and none for what is extended."""
    (tmp_path / "api.yaml").write_text("info: {title: t}\n", encoding="utf-8")
    (tmp_path / "api.overlay.yaml").write_text("overlay: 1.0.0\nextends: api.yaml\nactions: []\n", encoding="utf-8")
    (tmp_path / "own.yaml").write_text("no: yes\n", encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.glob("*.json")} == {"api.json", "api.published.json", "own.json"}
    assert json.loads((tmp_path / "own.json").read_text(encoding="utf-8")) == {"no": "yes"}
