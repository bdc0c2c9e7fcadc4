"""A command finds its simulator, shows the token of its control API, and says so where there is none."""

import pytest

from mjsim.cli import main
from mjsim.launch import Launched


@pytest.fixture
def closed(monkeypatch, tmp_path):
    """A simulator that asks for a token, and surroundings that name none."""
    for name in ("MJSIM_CONTROL_URL", "MJSIM_CONTROL_TOKEN", "MJSIM_CONFIG", "MJSIM_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    with Launched(["--port=0", "--control-token=let me in"]) as simulator:
        yield simulator


def test_the_flag_goes_before_the_variable_and_that_before_the_settings(closed, monkeypatch, tmp_path, capsys):
    token = ["--control-token", "let me in"]
    port = closed.url.rpartition(":")[2]
    (tmp_path / "mjsim.toml").write_text(f'port = {port}\ncontrol-token = "let me in"\n')
    assert main(["clock", "--config", "mjsim.toml"]) == 0
    monkeypatch.setenv("MJSIM_PORT", port)
    assert main(["clock", *token]) == 0
    monkeypatch.setenv("MJSIM_CONTROL_URL", "http://127.0.0.1:1")
    assert main(["clock", *token]) == 1
    assert main(["clock", "--url", closed.url + "/", *token]) == 0
    monkeypatch.setenv("MJSIM_CONTROL_URL", closed.url)
    monkeypatch.setenv("MJSIM_CONTROL_TOKEN", "let me in")
    assert main(["clock"]) == 0
    assert main(["clock", "--control-token", "please"]) == 1


def test_without_the_token_it_is_refused_in_one_line(closed, capsys):
    assert main(["jobs", "--url", closed.url]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert "token" in line
    assert main(["health", "--url", closed.url]) == 0, "a probe needs none"


@pytest.mark.parametrize(
    "command", [["clock"], ["jobs"], ["journal"], ["reset"], ["export", "x"], ["faults"], ["webhooks"]]
)
def test_where_none_listens_it_says_how_to_start_one(command, capsys):
    assert main([*command, "--url", "http://127.0.0.1:1"]) == 1
    expected = "mjsim: no simulator answers at http://127.0.0.1:1 (Connection refused); mjsim serve starts one.\n"
    assert capsys.readouterr() == ("", expected)


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://[", "http://a:b", "http://a:99999"])
def test_what_is_no_url_is_told(url, capsys):
    assert main(["clock", "--url", url]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\n\r\n<html>",
        b"HTTP/1.1 404 No\r\n\r\n[]",
        b"HTTP/1.1 302 Elsewhere\r\nLocation: /\r\n\r\n",
    ],
)
def test_what_is_no_simulator_is_told(answer, answering_once, capsys):
    with answering_once(answer) as url:
        assert main(["clock", "--url", url]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_proxy_of_the_surroundings_is_not_asked(closed, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert main(["clock", "--url", closed.url, "--control-token", "let me in"]) == 0
