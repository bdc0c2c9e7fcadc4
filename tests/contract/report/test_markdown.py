"""The summary page of a CI run shows a table and the findings, and nothing from outside becomes markup."""

import re

from mjsim_contracts.report.markdown import markdown


def test_the_table_holds_the_counts(mixed):
    lines = markdown(mixed).splitlines()
    assert lines[0] == "## ❌ mjsim check server: fail"
    assert "| 1 | 1 | 1 | 1 | 1 |" in lines


def test_failures_come_before_warnings_and_passes_are_not_told(mixed):
    headings = [line for line in markdown(mixed).splitlines() if line.startswith("###")]
    assert headings == ["### ❌ total-fits-the-page/listJobs", "### ⚠️ C033"]


def test_what_was_not_exercised_known_or_stale_is_named(mixed):
    text = markdown(mixed)
    assert "**Not exercised**: children-have-parents" in text
    assert "**Known failures**: ST201/listJobs" in text
    assert "**Stale in the baseline**: ST999/nothing" in text


def test_hostile_text_is_neither_markup_nor_a_heading(hostile):
    text = markdown(hostile)
    fenced = re.compile(r"^(`{3,})\w*\n.*?^\1$", re.MULTILINE | re.DOTALL)
    outside = fenced.sub("", text)
    assert not re.search(r"(?<!\\)<(?!/?details|/?summary)", outside)
    assert "\n## x" not in outside
    assert not re.search(r"[\x00\x1b\u202e\ud800]", text)


def test_a_fence_is_longer_than_any_in_the_text(hostile):
    assert "`````sh" in markdown(hostile)
