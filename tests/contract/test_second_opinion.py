"""openapi-core and the simulator give the same verdict on every request, and the former accepts every answer of the
latter, but for what is listed here with its reason.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .recording import Client, Recorded
from .second_opinion import SecondOpinion
from .server_process import serving
from .session import converse

DIFFERENT_REQUESTS = {
    "In Python's patterns $ also matches before a line end; in the standard's it does not.": {
        "imagine: ratio with a line end",
    },
    "openapi-core checks the format uri only where an optional package is installed.": {
        "imagine: webhook URL without scheme",
        "imagine: webhook URL with a space",
    },
    "openapi-core reads JSON as Python does: names may stand twice, surrogates alone.": {
        "imagine: a name twice",
        "imagine: lone surrogate",
    },
    "The simulator counts text that is not base64 among the images that cannot be read, as the contract does.": {
        "describe: bad base64",
        "describe: base64 with line ends",
        "blend: bad base64",
    },
    "openapi-core reads integers as Python does: with underscores, signs, spaces and the digits of any script.": {
        "list: limit with underscore",
        "list: limit with plus",
        "list: limit with space",
        "list: limit in Arabic digits",
    },
    "openapi-core takes one of the values of a parameter that is given twice; which one is meant, nobody knows.": {
        "list: limit twice",
    },
    "For a malformed id the contract documents no 400: it is the id of no job, and answered by 404.": {
        "get: malformed",
        "get: without dashes",
        "cancel: malformed",
        "cancel: without dashes",
    },
    "openapi-core sees that there is a key; which keys are known, only the server can tell.": {
        "key: unknown",
        "key: empty",
    },
    "A body whose media type is not named is taken for JSON.": {
        "media type: none",
    },
}
"""By reason, the requests on which the two disagree."""

ADDED_RULES = {
    "imagine: white space prompt",
    "imagine: ratio 0:1",
    "imagine: ratio of 5000 digits",
    "imagine: image URL without scheme",
    "imagine: image URL of a file",
    "describe: neither",
    "describe: both",
    "describe: empty base64",
    "blend: empty item",
    "blend: item with both",
}
"""Requests that the overlay forbids with a reason, and the published contract allows."""

NO_OPERATION = {"no such path", "no such method"}
"""Requests for which a contract has no answers at all."""

NOT_PUBLISHED = {
    *(f"list: limit {what}" for what in ("0", "101", "a word", "empty", "4.0", "with underscore", "with plus")),
    *(f"list: limit {what}" for what in ("with space", "in Arabic digits", "twice")),
    *(f"list: {what}" for what in ("offset negative", "unknown status", "status empty", "unknown sort")),
    "describe: queue full",
    "blend: queue full",
}
"""Requests whose answer has a status that only the overlay documents: 400 for lists, 429 for describe and blend."""


@pytest.fixture(scope="module")
def recorded(instant: str, quick: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Recorded]]:
    """The exchanges of a whole session."""
    log = tmp_path_factory.mktemp("full") / "log"
    with serving(log, "--seed", "1", "--pace", "realistic", "--plan", "basic") as full:
        clients = [Client(url, "sim-session") for url in (instant, quick, full)]
        yield converse(*clients)
        for client in clients:
            client.close()


@pytest.fixture(scope="module")
def overlaid(openapi: Path) -> SecondOpinion:
    """By the document that the simulator serves."""
    return SecondOpinion(json.loads((openapi / "midjourney.json").read_bytes()))


@pytest.fixture(scope="module")
def published(openapi: Path) -> SecondOpinion:
    """By the published document."""
    return SecondOpinion(json.loads((openapi / "midjourney.published.json").read_bytes()))


def disagreed(opinion: SecondOpinion, recorded: list[Recorded]) -> set[str]:
    """The requests that one of the two calls valid and the other does not."""
    return {each.name for each in recorded if each.called_valid is bool(opinion.of_request(each))}


def refused(opinion: SecondOpinion, recorded: list[Recorded]) -> set[str]:
    """The requests whose answers break the document."""
    return {each.name for each in recorded if opinion.of_response(each)}


def test_both_agree_on_requests_by_the_overlaid_contract(overlaid: SecondOpinion, recorded: list[Recorded]) -> None:
    """Each listed difference occurs, and no other."""
    assert disagreed(overlaid, recorded) == set().union(*DIFFERENT_REQUESTS.values())


def test_both_agree_on_requests_by_the_published_contract(published: SecondOpinion, recorded: list[Recorded]) -> None:
    """Beside the differences above, there are those that the overlay makes."""
    assert disagreed(published, recorded) == ADDED_RULES.union(*DIFFERENT_REQUESTS.values())


def test_every_answer_obeys_the_overlaid_contract(overlaid: SecondOpinion, recorded: list[Recorded]) -> None:
    """Status, headers, media type and body."""
    assert refused(overlaid, recorded) == NO_OPERATION


def test_every_answer_obeys_the_published_contract(published: SecondOpinion, recorded: list[Recorded]) -> None:
    """But for the statuses that it leaves out."""
    assert refused(published, recorded) == NO_OPERATION | NOT_PUBLISHED


def test_the_session_is_no_monologue(recorded: list[Recorded]) -> None:
    """Every name is one exchange, both verdicts are common, and every documented status but 413 occurs."""
    assert len({each.name for each in recorded}) == len(recorded) > 130
    valid = sum(each.called_valid for each in recorded)
    assert min(valid, len(recorded) - valid) > 50
    assert {each.status for each in recorded} == {200, 400, 401, 404, 405, 429}


def test_a_wrong_answer_would_be_seen(overlaid: SecondOpinion, recorded: list[Recorded]) -> None:
    """The opinion on answers is no empty one: a null, a missing field and a wrong value are each refused."""
    true = next(each for each in recorded if each.name == "get: a grid")
    assert not overlaid.of_response(true)
    for change in ({"completed_at": None}, {"status": "done"}, {"progress": 101}, {"result": None}):
        body = json.dumps(true.document | change).encode()
        wrong = Recorded(true.name, "GET", true.path, "", true.headers, b"", 200, true.answer_headers, body)
        assert overlaid.of_response(wrong), change
