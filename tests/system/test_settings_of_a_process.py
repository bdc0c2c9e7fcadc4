"""Settings come from flags, variables and a file, in this order; one that is unfit is told in one line."""

import json
import os

import pytest

from mjsim.cli import main
from mjsim.settings import misspelled
from mjsim.web.server import Listener

BAD = [
    ("scenario", ["", "  ", "/nowhere/at/all.yaml", "/"]),
    ("host", ["", " "]),
    ("mcp_port", ["", "abc", "65536", "-1"]),
    ("no_mcp", ["", "maybe", "2"]),
    ("port", ["", "abc", "65536", "-1", "8080.0", "0x50", "٣", "9" * 5000]),
    ("seed", ["", "x", "-1", "1.5", str(2**63), "9" * 5000]),
    ("pace", ["", "slow", "QUICK"]),
    ("data", ["", "  ", "/nowhere/at/all/x.db", "/"]),
    ("api_key", ["", "  ", "schlüssel", "a\nb"]),
    ("plan", ["", "free", "Basic"]),
    ("rate_limit", ["", "5", "0/s", "5/0s", "5/1d", "x/60s", "-1/s", "1/s/s"]),
    ("failure_rate", ["", "1.5", "-0.1", "nan", "inf", "half", "1e-1", "0x1", "9" * 400]),
    ("max_jobs", ["", "0", "-1", "many", "100000001"]),
    (
        "public_base_url",
        [
            "",
            "mj.example",
            "ftp://mj.example",
            "http://",
            "http://[",
            "http://a:99999",
            "http://a b",
            "http://a?x",
            "http://a#x",
        ],
    ),
    ("fetch", ["", "none", "ALL"]),
    ("clock", ["", "fast", "Manual"]),
    ("rate", ["", "0", "-1", "100001", "nan", "inf", "1e3", "fast", "9" * 400]),
    ("step", ["", "1", "-1s", "1y", "25h", "500 ms", "٣s"]),
    ("start", ["", "now", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z"]),
    ("control_token", ["", "  ", "schlüssel", "a\nb"]),
    ("webhook_secret", ["", "secret", "whsec_", "whsec_AAAA", "whsec_" + "!" * 40, "whsec_" + "A" * 88]),
    ("webhook_retries", ["", "never", "5", "0s", "5s,", "31d", ",".join(["1s"] * 51)]),
    ("allow_public_targets", ["", "yes", "2"]),
    ("task_rules", ["", "loose", "Strict"]),
    ("task_errors", ["", "https", "both"]),
    ("task_webhook_key", ["", "  ", "schlüssel", "a\nb"]),
    ("task_rate_limit", ["", "5", "0/s", "5/1d", "never"]),
    ("credits", ["", "-1", "1.5", "many", "1" + "0" * 13]),
    ("log_format", ["", "xml", "JSON"]),
]
CASES = [(name, value) for name, values in BAD for value in values]


@pytest.fixture
def told(monkeypatch, capsys, tmp_path):
    """Runs the command in this process, where only settings are at stake; the one line that it ends with."""
    monkeypatch.chdir(tmp_path)
    for name in ("MIDJOURNEY_TOKEN", "MJSIM_CONFIG", *(f"MJSIM_{name.upper()}" for name, _ in BAD)):
        monkeypatch.delenv(name, raising=False)

    async def refuse(_listener):
        raise AssertionError("what is unfit was taken, and it began to listen")

    monkeypatch.setattr(Listener, "start", refuse)

    def tell(*arguments):
        assert main(["serve", *arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        (line,) = err.splitlines()
        assert line.startswith("mjsim: ")
        assert line.endswith((".", "?"))
        assert len(line) < 300
        return line

    return tell


def test_a_variable_that_is_no_setting_but_looks_like_one_is_told_and_passed_over(monkeypatch, capfd):
    """Those that resemble none may be anybody's."""
    monkeypatch.setenv("MJSIM_PROT", "1")
    monkeypatch.setenv("MJSIM_CONTROL_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("MJSIM_WEATHER", "fine")
    assert misspelled(os.environ) == ["MJSIM_PROT is no setting. Did you mean MJSIM_PORT?"]
    assert main(["serve", "--port=0", "--no-mcp", "--data=/"]) == 2
    told = capfd.readouterr().err
    assert "mjsim: MJSIM_PROT is no setting. Did you mean MJSIM_PORT?\n" in told
    assert "MJSIM_WEATHER" not in told


def test_every_option_has_bad_values_here():
    from mjsim.option import OPTIONS

    assert {option.name for option in OPTIONS} == {name for name, _ in BAD}


@pytest.mark.parametrize(("name", "value"), CASES)
def test_an_unfit_flag_is_told_by_its_name(told, name, value):
    flag = "--" + name.replace("_", "-")
    line = told(f"{flag}={value}")
    assert flag in line or (name == "data" and value in line)


@pytest.mark.parametrize(("name", "value"), [case for case in CASES if case[1].strip()])
def test_an_unfit_variable_is_told_by_its_name(told, monkeypatch, name, value):
    monkeypatch.setenv(f"MJSIM_{name.upper()}", value)
    line = told()
    assert f"MJSIM_{name.upper()}" in line or (name == "data" and value in line)


@pytest.mark.parametrize(("name", "value"), CASES)
def test_an_unfit_setting_of_the_file_is_told_by_its_name_and_its_file(told, tmp_path, name, value):
    file = tmp_path / "mjsim.toml"
    file.write_text(f"{name.replace('_', '-')} = {json.dumps(value)}\n", encoding="utf-8")
    line = told("--config", str(file))
    assert (name in line and "mjsim.toml" in line) or (name == "data" and value in line)


@pytest.mark.parametrize(
    "text",
    [
        b"port = ",
        b"port 5",
        b"[port",
        b"seed = 1\nseed = 2\n",
        b"\xff\xfe",
        b"seed = true",
        b"seed = 1.0",
        b"seed = [1]",
        b"seed = 1979-05-27",
        b"seed = " + b"9" * 5000,
        b"failure-rate = nan",
        b'data = "a\\u0000b"',
        b"seed = " + b"[" * 5000,
    ],
)
def test_a_file_that_cannot_be_read_as_settings_is_told_in_one_line(told, tmp_path, text):
    file = tmp_path / "mjsim.toml"
    file.write_bytes(text)
    assert "mjsim.toml" in told("--config", str(file))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("prot", "port"),
        ("api_keys", "api-key"),
        ("Seed", "seed"),
        ("failure_rates", "failure-rate"),
        ("log-fromat", "log-format"),
    ],
)
def test_an_unknown_name_in_the_file_is_told_with_the_one_that_was_meant(told, tmp_path, name, hint):
    file = tmp_path / "mjsim.toml"
    file.write_text(f"{name} = 1\n")
    line = told("--config", str(file))
    assert repr(name) in line
    assert line.endswith(f"Did you mean {hint!r}?")


def test_a_file_that_is_not_there_is_told(told, tmp_path, monkeypatch):
    assert "nothing.toml" in told("--config", str(tmp_path / "nothing.toml"))
    assert str(tmp_path) in told("--config", str(tmp_path))
    monkeypatch.setenv("MJSIM_CONFIG", "elsewhere.toml")
    assert "elsewhere.toml" in told()


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 70, "a..b", "1.2.3.4.5", "192.0.2.1", "[::1]"])
def test_a_host_that_cannot_be_listened_on_is_told_in_one_line(run, host):
    done = run("serve", "--port", "0", "--host", host)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert host[:60] in line


def test_a_host_with_a_nul_is_told_in_one_line(run, tmp_path):
    (tmp_path / "mjsim.toml").write_text('host = "a\\u0000b"\n')
    done = run("serve", "--port", "0", "--config", "mjsim.toml")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_flags_win_over_variables_and_these_over_the_file_and_that_over_defaults(serve, tmp_path):
    file = tmp_path / "mjsim.toml"
    keys = 'api-key = ["of-the-file", "sim-of-the-file"]'
    file.write_text(f'seed = 1\n{keys}\nlog_format = "json"\npace = "instant"\n')
    config = ("--config", str(file))
    assert serve(*config).seed == 1
    server = serve(*config, MJSIM_SEED="2")
    assert (server.seed, server.key) == (2, "sim-of-the-file")
    assert server.out.startswith("{")
    flags = ("--seed", "3", "--api-key", "sim-of-a-flag", "--api-key", "of-a-flag")
    server = serve(*flags, MJSIM_SEED="2", MJSIM_API_KEY="a,b", MJSIM_CONFIG=str(file))
    assert (server.seed, server.key) == (3, "sim-of-a-flag")
    _, created = server.ask("POST", "/v1/imagine", {"prompt": "a"})
    assert server.ask("GET", f"/v1/jobs/{created['data']['job_id']}")[1]["status"] == "completed", "from the file"
    for key, status in (("of-a-flag", 200), ("of-the-file", 401), ("a", 401), ("sim-x", 200)):
        server.key = key
        assert server.ask("GET", "/v1/jobs")[0] == status


def test_several_keys_can_be_given_everywhere(serve, tmp_path):
    (tmp_path / "mjsim.toml").write_text('api_key = ["a", "b"]\n')
    for arguments, variables in (
        (("--api-key", "a", "--api-key", "b"), {}),
        ((), {"MJSIM_API_KEY": "a,b"}),
        (("--config", str(tmp_path / "mjsim.toml")), {}),
    ):
        server = serve(*arguments, MIDJOURNEY_TOKEN="c", **variables)
        for key, status in (("a", 200), ("b", 200), ("c", 200), ("a,b", 401)):
            server.key = key
            assert server.ask("GET", "/v1/jobs")[0] == status


def test_a_variable_that_is_empty_counts_as_not_set(serve):
    """As tools that pass on variables from files write it."""
    blank = {f"MJSIM_{name.upper()}": " " * (place % 2) for place, (name, _) in enumerate(BAD) if name != "port"}
    server = serve(**blank, MIDJOURNEY_TOKEN=" ", MJSIM_PORT="", MJSIM_CONFIG="")
    assert server.key == "sim-local"
    assert server.ask("GET", "/v1/jobs")[0] == 200
