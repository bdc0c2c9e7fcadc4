"""The control API answers the person at this machine, and nobody whom that person's browser was talked into serving."""

import pytest

FOREIGN = [
    ({"Origin": "http://evil.test"}, "Origin: "),
    ({"Origin": "null"}, "Origin: "),
    ({"Sec-Fetch-Site": "cross-site"}, "foreign web page"),
    ({"Sec-Fetch-Site": "same-site"}, "foreign web page"),
    ({"Host": "evil.test"}, "Host: "),
    ({"Host": "evil.test:8080"}, "Host: "),
    ({"Host": "169.254.1.1"}, "Host: "),
    ({"Host": "localhost.evil.test"}, "Host: "),
]


@pytest.mark.parametrize(("headers", "word"), FOREIGN)
async def test_foreign_pages_and_foreign_names_are_refused(live, headers, word):
    async with live() as sim:
        for method, path in (("GET", "/_sim/clock"), ("POST", "/_sim/reset"), ("OPTIONS", "/_sim/clock")):
            answer = await sim.request(method, path, headers)
            assert (answer.status, answer.code) == (403, "forbidden")
            assert word in answer.message
            assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("host", ["localhost", "localhost:99", "127.0.0.1", "127.9.9.9", "[::1]:8080", "a.localhost"])
async def test_the_names_of_this_machine_are_welcome(live, host):
    async with live() as sim:
        assert (await sim.get("/_sim/clock", headers={"Host": host})).status == 200


async def test_a_page_of_our_own_may_use_it(live):
    async with live() as sim:
        own = {"Origin": sim.url, "Sec-Fetch-Site": "same-origin"}
        answer = await sim.get("/_sim/clock", headers=own)
        assert answer.status == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_public_name_of_the_server_is_one_of_ours(live):
    async with live(public_base_url="https://mj.example.test") as sim:
        assert (await sim.get("/_sim/clock", headers={"Host": "mj.example.test"})).status == 200
        assert (await sim.get("/_sim/clock", headers={"Host": "example.test"})).status == 403


async def test_with_a_token_only_its_bearer_gets_in(live):
    async with live(control_token="let-me-in") as sim:
        for key in (None, "sim-test", "let-me", "let-me-in-please"):
            answer = await sim.as_(key).get("/_sim/clock")
            assert (answer.status, answer.code) == (401, "unauthorized")
        bearer = sim.as_("let-me-in")
        assert (await bearer.get("/_sim/clock")).status == 200
        assert (await bearer.get("/_sim/clock", headers={"Host": "simulator"})).status == 200
        assert (await bearer.get("/_sim/clock", headers={"Origin": "http://evil.test"})).status == 403
        assert "let-me-in" not in (await bearer.get("/_sim/info")).body.decode()
        assert (await bearer.get("/v1/jobs")).status == 401


async def test_whether_it_is_up_is_told_to_everybody(live):
    async with live(control_token="let-me-in") as sim:
        answer = await sim.as_(None).get("/_sim/health", headers={"Host": "probe.test", "Origin": "http://evil.test"})
        assert answer.status == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_other_machines_are_refused_without_a_token(live, monkeypatch):
    async with live() as sim:
        monkeypatch.setattr("aiohttp.web.BaseRequest.remote", "172.17.0.1", raising=True)
        answer = await sim.get("/_sim/clock")
        assert (answer.status, answer.code) == (403, "forbidden")
        assert "--control-token" in answer.message
        monkeypatch.setattr("aiohttp.web.BaseRequest.remote", "::ffff:127.0.0.1", raising=True)
        assert (await sim.get("/_sim/clock")).status == 200


async def test_an_origin_that_cannot_be_read_is_foreign(live):
    async with live() as sim:
        answer = await sim.get("/_sim/clock", headers={"Origin": "http://["})
        assert (answer.status, answer.code) == (403, "forbidden")
