"""What failed stands first, what was not exercised is said loudly, and nothing from outside reaches the terminal raw."""

import re

from mjsim_contracts.report.terminal import terminal


def test_failures_come_first_then_warnings_then_the_counts(mixed):
    text = terminal(mixed)
    places = [
        text.index(part)
        for part in ("FAIL  total-fits", "WARN  C033", "NOT EXERCISED  never", "1 fail, 1 warn", "12 requests")
    ]
    assert places == sorted(places)


def test_a_failure_is_told_in_four_lines_and_can_be_repeated(mixed):
    lines = terminal(mixed).splitlines()
    assert lines[:5] == [
        "FAIL  total-fits-the-page/listJobs  A page holds as many jobs as total leaves for it.  (listJobs)",
        "  expected  9 jobs",
        "  seen      8 jobs came",
        "  why       A client never ends.",
        "  reproduce curl -sS http://127.0.0.1:8080/v1/jobs",
    ]


def test_the_counts_are_one_line_and_name_what_was_not_exercised(mixed):
    assert "\n1 fail, 1 warn, 1 pass, 1 known, 1 NOT EXERCISED\n" in terminal(mixed)


def test_the_last_line_is_the_verdict_with_its_cost(mixed):
    assert terminal(mixed).splitlines()[-1] == "FAIL  server http://127.0.0.1:8080  (1.2 s, seed 7, profile quick)"


def test_colour_is_used_only_where_it_is_wanted(mixed):
    assert "\x1b" not in terminal(mixed)
    coloured = terminal(mixed, colour=True)
    assert "\x1b[1;31mFAIL\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == terminal(mixed)


def test_hostile_text_moves_no_cursor_and_ends_no_line(hostile):
    text = terminal(hostile)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", text)
    assert not any(line.startswith("##") for line in text.splitlines())


def test_a_long_answer_is_cut_but_the_command_is_whole(mixed):
    from dataclasses import replace

    case = replace(mixed.cases[-1], seen="x" * 5000, reproduce="curl " + "y" * 5000)
    text = terminal(replace(mixed, cases=(case,)))
    assert "x" * 500 not in text
    assert "y" * 5000 in text


def test_what_was_not_exercised_is_told_by_its_sentence_where_there_is_no_reason(mixed):
    from dataclasses import replace

    idle = next(case for case in mixed.cases if case.outcome == "not exercised")
    rest = [replace(idle, id="C999", title="Jobs are polled in peace.", seen="")]
    assert "\n  C999: Jobs are polled in peace.\n" in terminal(replace(mixed, cases=tuple(rest)))


def test_a_report_of_nothing_says_that_nothing_was_exercised(empty):
    assert terminal(empty).splitlines()[-1].startswith("NOT EXERCISED  server")
