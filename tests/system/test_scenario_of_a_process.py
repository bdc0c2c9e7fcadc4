"""A scenario file is all that a bad evening needs to happen again."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

EVENING = """
settings: {seed: 11, pace: instant, log-format: json}
faults:
  - id: flaky
    match: {operations: [createImagineJob]}
    probability: 0.5
    effect: {response: {status: 503}}
"""


def evening(server):
    """What happens to twenty requests, and the ids of the jobs that were made."""
    answers = [server.ask("POST", "/v1/imagine", {"prompt": f"fox {number}"}) for number in range(20)]
    return [(status, body.get("data")) for status, body in answers]


def test_the_same_file_gives_the_same_evening_and_so_does_what_the_server_says_of_itself(serve, tmp_path):
    file = tmp_path / "evening.yaml"
    file.write_text(EVENING)
    first, second = (serve("--scenario", str(file)) for _ in range(2))
    happened = evening(first)
    assert {status for status, _ in happened} == {200, 503}
    assert evening(second) == happened
    status, said = first.ask("GET", "/_sim/scenario")
    assert (status, said["settings"]["seed"]) == (200, 11)
    told = tmp_path / "told.yaml"
    told.write_text(json.dumps(said))
    assert evening(serve("--scenario", str(told))) == happened


def test_a_bad_file_is_one_line_and_code_2(run, tmp_path):
    (tmp_path / "bad.yaml").write_text("faults:\n  - efect: {}\n")
    ended = run("serve", "--scenario", "bad.yaml")
    assert (ended.returncode, ended.stdout) == (2, "")
    line = "mjsim: scenario bad.yaml, line 2: faults.0: 'efect' is not known here (did you mean 'effect'?).\n"
    assert ended.stderr == line


def posted(url):
    """The status that a POST of nothing is answered with."""
    try:
        with urlopen(Request(url, b""), timeout=10) as answer:
            return answer.status
    except HTTPError as refused:
        with refused:
            return refused.code


def test_a_scenario_says_what_the_inboxes_answer(serve, tmp_path):
    file = tmp_path / "evening.yaml"
    file.write_text("inbox:\n  orders: [500, 503, 204]\n")
    server = serve("--scenario", str(file))
    inbox = f"{server.url}/_sim/inbox/orders"
    assert [posted(inbox) for _ in range(4)] == [500, 503, 204, 204]
    server.ask("POST", "/_sim/reset")
    assert posted(inbox) == 500
