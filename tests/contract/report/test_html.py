"""The page needs nothing from anywhere, shows everything as text, and runs no script but its own."""

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from mjsim_contracts.report.html import html

VOID = {"meta", "line", "link", "img", "br", "input"}


class Page(HTMLParser):
    """The tags, attributes and texts of a page; `open` is what was never closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attributes]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("name", ["mixed", "hostile", "empty"])
def test_the_page_is_well_formed_and_asks_for_nothing_elsewhere(request, name):
    page = Page(html(request.getfixturevalue(name)))
    assert page.open == []
    assert page.tags["script"] == 1
    assert not page.tags.keys() & {"img", "link", "iframe", "object", "embed", "base", "form"}
    assert not [found for found in page.attributes if found[1] in {"src", "href", "style"} or found[1].startswith("on")]


def test_hostile_text_is_text(hostile):
    page = Page(html(hostile))
    assert any("<script>alert(1)</script>" in text for text in page.texts)
    assert "alert(1)" not in re.search(r"<script>(.*)</script>", html(hostile).rpartition("</main>")[2], re.DOTALL)[1]
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e\ud800]", html(hostile))


def test_only_the_script_of_the_page_may_run(mixed):
    text = html(mixed)
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(value for tag, name, value in Page(text).attributes if tag == "meta" and "default-src" in value)
    assert policy.startswith("default-src 'none';")
    assert f"script-src 'sha256-{digest}'" in policy
    assert "unsafe-inline'; script" in policy


def test_the_line_of_the_edit_is_marked_in_the_answer(mixed):
    assert "<mark>  &quot;total&quot;: 9</mark>" in html(mixed)
    assert "<mark>data.total: one more</mark>" in html(mixed)


def test_there_is_a_filter_for_each_outcome_and_its_cases_carry_it(mixed):
    page = Page(html(mixed))
    wanted = {value for tag, name, value in page.attributes if name == "data-show"}
    carried = {value for tag, name, value in page.attributes if name == "data-outcome"}
    assert wanted == carried | {""} == {"", "fail", "known", "warn", "idle", "pass"}


def test_failures_are_open_and_all_else_is_closed(mixed):
    opened = re.findall(r'<details class="case" id="([^"]*)"[^>]* open>', html(mixed))
    assert opened == ["total-fits-the-page/listJobs"]


def test_the_matrix_tells_what_was_seen_from_what_was_not(mixed):
    text = html(mixed)
    assert text.count('<td class="seen">') == 2
    assert text.count('<td class="unseen">') == 2


def test_every_event_of_a_job_is_on_its_line_in_order_of_time(mixed):
    text = html(mixed)
    assert [kind for kind in ("created", "poll", "webhook") if f'class="mark k-{kind}"' in text] == [
        "created",
        "poll",
        "webhook",
    ]
    drawn = [float(x) for x in re.findall(r'class="mark k-(?:created|poll)" cx="([0-9.]+)"', text)]
    assert drawn == sorted(drawn)
    assert "0.40 s poll: 40 %" in text


def test_it_works_in_light_and_in_dark(mixed):
    assert "prefers-color-scheme: dark" in html(mixed)
    assert '<meta name="color-scheme" content="light dark">' in html(mixed)
