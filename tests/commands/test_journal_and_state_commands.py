"""What was asked is read and waited for; what is kept is forgotten, written to a file and brought back."""

import pytest


def test_the_journal_is_listed_filtered_and_cleared(mjsim, control, imagine):
    assert mjsim("journal", "--path", "/v1/*").out == "no exchanges\n"
    begin = str(control.journal.last_number())
    imagine(key="sim-a")
    imagine(key="sim-b")
    mjsim("clock", "advance", "1s")
    said = mjsim("journal", "--after", begin)
    assert [line[2:6] for line in said.lines] == [
        ["POST", "/v1/imagine", "200", "sim-a"],
        ["POST", "/v1/imagine", "200", "sim-b"],
        ["POST", "/_sim/clock/advance", "200", "(control)"],
    ]
    first = int(said.lines[0][0].removeprefix("#"))
    for flags, number in (
        (["--tenant", "sim-b"], 1),
        (["--path", "/v1/*"], 2),
        (["--method", "get"], 0),
        (["--status", "404"], 0),
        (["--status", "200", "--after", begin], 3),
        (["--after", str(first)], 2),
        (["--limit", "1"], 1),
    ):
        assert len(mjsim("journal", "list", *flags, "--json").json["data"]) == number
    assert mjsim("journal", "clear", "--tenant", "sim-a").out == ""
    assert [line[5] for line in mjsim("journal", "--path", "/v1/*").lines] == ["sim-b"]


def test_waiting_ends_when_so_many_have_come_and_fails_when_time_is_over(mjsim, imagine):
    imagine()
    assert mjsim("journal", "wait", "--path", "/v1/*").lines[0][3] == "/v1/imagine"
    late = mjsim("journal", "wait", "--path", "/v1/*", "--count", "2", "--timeout", "0")
    assert (late.code, late.out, late.err) == (1, "", "mjsim: 1 of 2 exchanges came within 0 s.\n")


def test_a_reset_forgets_one_key_or_all(mjsim, control, imagine):
    for key in ("sim-a", "sim-b", "sim-c"):
        imagine(key=key)
    assert mjsim("reset", "--tenant", "sim-b").out == "1 job forgotten\n"
    assert mjsim("reset", "--json").json == {"jobs": 2}
    assert control.jobs.latest() == []


def test_what_is_exported_can_be_imported(mjsim, control, imagine, tmp_path):
    job = imagine()
    file = str(tmp_path / "state.db")
    assert mjsim("export", file, "--json").json["bytes"] > 10_000
    mjsim("reset")
    assert mjsim("import", file).out == "1 job kept instead\n"
    assert control.jobs.latest()[0]["job"]["id"] == job


@pytest.mark.parametrize("command", [["export"], ["journal", "export"]])
def test_a_file_that_cannot_be_written_is_told(mjsim, tmp_path, command):
    said = mjsim(*command, str(tmp_path))
    assert said.code == 2
    assert str(tmp_path) in said.err


def test_a_file_that_cannot_be_imported_is_told(mjsim, tmp_path):
    assert mjsim("import", str(tmp_path / "nothing")).code == 2
    (tmp_path / "text").write_text("no data file")
    assert mjsim("import", str(tmp_path / "text")).code == 1
