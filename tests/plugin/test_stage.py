"""A tenant of a test finds nothing of what went before under its name, and leaves nothing."""

import urllib.request

import pytest

from mjsim.rehearsal import Stages, token_of


@pytest.fixture(scope="module")
def stages():
    stages = Stages(["--pace=instant"])
    yield stages
    stages.stop()


def imagine(tenant):
    headers = {**tenant.headers, "Content-Type": "application/json"}
    request = urllib.request.Request(tenant.base_url + "/v1/imagine", b'{"prompt": "a"}', headers)
    urllib.request.urlopen(request, timeout=30).close()


def test_the_same_test_again_finds_nothing_and_the_same_world(stages):
    ids = []
    for _ in range(2):
        tenant = stages.get().tenant("tests/test_a.py::test_it")
        assert tenant.jobs.latest() == []
        imagine(tenant)
        ids.append(tenant.jobs.latest()[0]["job"]["id"])
    assert ids[0] == ids[1]


def test_a_tenant_leaves_nothing(stages):
    tenant = stages.get().tenant("a")
    imagine(tenant)
    tenant.forget()
    assert tenant.jobs.latest() == []
    assert tenant.journal.find() == []


def test_a_recording_holds_what_the_tenant_asked_and_what_was_done_since(stages):
    first, second = (stages.get().tenant(name) for name in "ab")
    first.clock.advance("1s")
    tenant = stages.get().tenant("c")
    imagine(first)
    imagine(tenant)
    tenant.clock.advance("2s")
    asked = [(entry["target"], entry.get("tenant")) for entry in tenant.recording().entries]
    assert asked == [("/v1/imagine", tenant.token), ("/_sim/clock/advance", None)]
    assert second.recording().entries


def test_an_inbox_of_the_same_name_is_each_tests_own(stages):
    stage = stages.get()
    urls = [stage.tenant(name).webhooks.inbox("orders").url for name in "aba"]
    assert urls[0] == urls[2] != urls[1]
    assert all(url.startswith(f"{stage.url}/_sim/inbox/orders-") for url in urls)


def test_keys_are_short_readable_and_each_tests_own():
    names = ["a.py::test_x", "b.py::test_x", "a.py::test_x[é/ü 漢]", "a.py::" + "test_long" * 20, "a.py::T::test_x"]
    tokens = [token_of(name) for name in names]
    assert len(set(tokens)) == len(names)
    for token in tokens:
        assert token.startswith("sim-test-")
        assert token.isascii()
        assert len(token) <= 64
        assert " " not in token
