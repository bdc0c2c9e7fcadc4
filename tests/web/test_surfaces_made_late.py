"""A surface is put together for the first request that comes there, and nobody can tell by its answer."""

import asyncio

import pytest

from mjsim.web.route import Route, RouteTable

from .unchecked import meet

TASK = {"taskType": "mj_txt2img", "prompt": "a lighthouse", "speed": "fast", "aspectRatio": "1:1"}


def told(answer):
    return answer.status, {name: value for name, value in answer.headers.items() if name != "Date"}, answer.body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/chat/credit"),
        ("GET", "/api/v1/mj/record-info?taskId=x"),
        ("PUT", "/api/v1/mj/generate"),
        ("OPTIONS", "/api/v1/mj/generate"),
        ("GET", "/api/v1/mj/generat"),
        ("GET", "/_sim/clock"),
        ("HEAD", "/_sim/clock"),
        ("DELETE", "/_sim/clock"),
        ("GET", "/_sim/inboxes"),
        ("POST", "/_sim/inbox/first"),
        ("GET", "/_sim/inbox/first"),
        ("GET", "/_sim/health"),
        ("GET", "/_sim/healt"),
        ("GET", "/openapi.json"),
        ("GET", "/files/x"),
        ("POST", "/docs"),
        ("GET", "/v1/jobs"),
    ],
)
async def test_the_first_requests_are_answered_like_those_after_them(live, method, path):
    async with live() as sim:
        first = await asyncio.gather(*(meet(sim, method, path) for _ in range(6)))
        later = await meet(sim, method, path)
        assert [told(answer) for answer in first] == [told(later)] * 6


async def test_all_surfaces_may_be_met_at_once(live):
    async with live(pace="instant") as sim:
        made = [meet(sim, "POST", "/api/v1/mj/generate", TASK) for _ in range(4)]
        held = [meet(sim, "PUT", "/_sim/tenants/sim-test/credits", {"credits": 77})]
        pages = [
            meet(sim, "GET", path)
            for path in ("/docs", "/openapi.tasks.json", "/_sim/info", "/_sim/webhooks/deliveries")
        ]
        answers = await asyncio.gather(*made, *held, *pages)
        assert {answer.status for answer in answers} == {200}
        tasks = {answer.json["data"]["taskId"] for answer in answers[:4]}
        assert len(tasks) == 4
        for task in tasks:
            found = await meet(sim, "GET", f"/api/v1/mj/record-info?taskId={task}")
            assert found.json["data"]["successFlag"] == 1


async def test_what_a_surface_keeps_is_kept_from_its_first_request_on(live):
    async with live() as sim:
        await asyncio.gather(*(meet(sim, "POST", "/_sim/inbox/a") for _ in range(5)))
        assert (await sim.get("/_sim/inboxes/a")).json["received"] == 5


def test_a_table_is_made_once_and_not_before_something_is_looked_for():
    made = []

    def make():
        made.append(Route("/a", {}))
        return [*made, Route("/b/{name}", {})]

    table = RouteTable(make)
    assert made == []
    route, places = table.find("/b/c")
    assert (route.path, places) == ("/b/{name}", {"name": "c"})
    assert table.find("/a") == (made[0], {})
    assert table.find("/c") is None
    assert len(made) == 1


def test_a_table_that_could_not_be_made_is_made_for_the_next_request():
    attempts = iter([OSError("no memory"), [Route("/a", {})]])

    def make():
        if isinstance(given := next(attempts), OSError):
            raise given
        return given

    table = RouteTable(make)
    with pytest.raises(OSError, match="no memory"):
        table.find("/a")
    assert table.find("/a") == (Route("/a", {}), {})
