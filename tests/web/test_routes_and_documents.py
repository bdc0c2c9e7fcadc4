"""Whatever is asked for, the answer leads on: to the route that was meant, the methods that work, the contract."""

import json
import re
from pathlib import Path

import pytest

from mjsim import __version__

OPENAPI = Path(__file__).parents[2] / "openapi"
ORIGIN = {"Origin": "https://app.example"}
POSTED = ["/v1/imagine", "/v1/upscale", "/v1/variations", "/v1/describe", "/v1/blend"]
A_JOB = "/v1/jobs/00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/imagine", "/v1/imagine"),
        ("/v1/imagine/", "/v1/imagine"),
        ("/v1/imagin", "/v1/imagine"),
        ("/v1/Imagine", "/v1/imagine"),
        ("/jobs", "/v1/jobs"),
        ("/v1/jobs/", "/v1/jobs"),
        ("/v1/variation", "/v1/variations"),
        ("/v1/upscales", "/v1/upscale"),
        ("/openapi.jsn", "/openapi.json"),
        ("/doc", "/docs"),
        ("/_sim/clok", "/_sim/clock"),
        ("/sim/clock", "/_sim/clock"),
        ("/mj/generate", "/api/v1/mj/generate"),
    ],
)
async def test_a_route_that_does_not_exist_is_404_with_the_one_that_was_meant(live, path, hint):
    async with live() as sim:
        for method in ("GET", "POST"):
            answer = await sim.request(method, path)
            assert (answer.status, answer.code) == (404, "not_found")
            assert f"Did you mean {hint}?" in answer.message


@pytest.mark.parametrize(
    "path",
    ["/v1/nothing-like-it", "/v2/imagine/now", "/v1", "/x" * 3000, "/%ff%fe", "/../../etc/passwd", "/v1/jobs/a/b/c"],
)
async def test_a_route_that_resembles_none_is_404_and_its_answer_is_short(live, path):
    async with live() as sim:
        answer = await sim.get(path)
        assert (answer.status, answer.code) == (404, "not_found")
        assert len(answer.message) < 250


@pytest.mark.parametrize("job_id", ["0", "x", "%20", "00000000-0000-4000-8000-00000000000g", "%ff", "a" * 5000, "null"])
async def test_a_malformed_job_id_is_404_like_an_unknown_one(live, job_id):
    async with live() as sim:
        for answer in (await sim.get(f"/v1/jobs/{job_id}"), await sim.cancel(job_id), await sim.get(A_JOB)):
            assert (answer.status, answer.code) == (404, "job_not_found")
            assert len(answer.message) < 200


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        *((path, {"POST", "OPTIONS"}) for path in [*POSTED, f"{A_JOB}/cancel"]),
        *(
            (path, {"GET", "HEAD", "OPTIONS"})
            for path in ["/v1/jobs", A_JOB, "/openapi.json", "/docs", "/", "/files/x"]
        ),
    ],
)
async def test_a_method_that_does_not_work_is_405_and_tells_those_that_do(live, path, allowed):
    async with live() as sim:
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - allowed:
            answer = await sim.request(method, path)
            assert (answer.status, answer.code) == (405, "method_not_allowed")
            assert set(answer.headers["Allow"].split(", ")) == allowed
            assert method in answer.message


async def test_head_is_get_without_a_body(live):
    async with live(pace="instant") as sim:
        job_id = await sim.imagine()
        for path in ("/v1/jobs", f"/v1/jobs/{job_id}", "/openapi.json", "/docs", "/_sim/health"):
            got, headed = await sim.get(path), await sim.request("HEAD", path)
            assert headed.status == 200
            assert headed.body == b""
            for name in ("Content-Type", "Content-Length"):
                assert headed.headers[name] == got.headers[name]
        assert (await sim.request("HEAD", A_JOB)).status == 404


async def test_a_web_page_may_read_every_answer_of_the_api(live):
    async with live(pace="instant") as sim:
        url = (await sim.made("imagine", prompt="a"))["result"]["images"][1]["url"]
        for answer in (
            await sim.post("/v1/imagine", {"prompt": "a"}, headers=ORIGIN),
            await sim.post("/v1/imagine", {}, headers=ORIGIN),
            await sim.get("/v1/jobs", headers=ORIGIN),
            await sim.as_(None).get("/v1/jobs", headers=ORIGIN),
            await sim.get(A_JOB, headers=ORIGIN),
            await sim.get("/nowhere", headers=ORIGIN),
            await sim.get(url, headers=ORIGIN),
            await sim.get("/openapi.json", headers=ORIGIN),
        ):
            assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_a_web_page_may_read_when_to_try_again(live):
    async with live(rate_limit="1/60s") as sim:
        await sim.imagine()
        answer = await sim.post("/v1/imagine", {"prompt": "a"}, headers=ORIGIN)
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize(
    ("path", "method"), [*((path, "POST") for path in POSTED), (A_JOB, "GET"), ("/v1/jobs", "GET")]
)
async def test_a_preflight_needs_no_key_and_allows_what_the_operation_needs(live, path, method):
    async with live() as sim:
        asked = {
            **ORIGIN,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization,content-type,x-trace",
        }
        answer = await sim.as_(None).request("OPTIONS", path, headers=asked)
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert method in answer.headers["Access-Control-Allow-Methods"].split(", ")
        allowed = {name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")}
        assert allowed == {"authorization", "content-type", "x-trace"}


async def test_options_without_an_origin_tells_the_methods(live):
    async with live() as sim:
        answer = await sim.as_(None).request("OPTIONS", "/v1/imagine")
        assert answer.status == 204
        assert answer.headers["Allow"] == "POST, OPTIONS"
        assert "Access-Control-Allow-Methods" not in answer.headers


async def test_a_foreign_web_page_cannot_read_the_probe(live):
    async with live() as sim:
        answer = await sim.get("/_sim/health", headers=ORIGIN)
        assert answer.json == {"status": "ok", "version": __version__}
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_documents_are_those_of_the_source_tree_byte_for_byte(live):
    async with live() as sim:
        for path, name in (
            ("/openapi.json", "midjourney.json"),
            ("/openapi.published.json", "midjourney.published.json"),
            ("/openapi.tasks.json", "tasks.json"),
            ("/openapi.control.json", "control.json"),
        ):
            answer = await sim.get(path)
            assert answer.body == (OPENAPI / name).read_bytes()
            assert answer.headers["Content-Type"].startswith("application/json")
            assert json.loads(answer.body)["openapi"].startswith("3.1")


async def test_the_home_page_leads_to_the_reference(live):
    async with live() as sim:
        answer = await sim.as_(None).get("/")
        assert (answer.status, answer.headers["Location"]) == (302, "/docs")


async def test_the_reference_refers_to_nothing_but_what_is_served_here(live):
    async with live() as sim:
        visitor = sim.as_(None)
        page = await visitor.get("/docs")
        assert page.headers["Content-Type"].startswith("text/html")
        text = page.body.decode()
        assert "//" not in text.replace("</", ""), "no address of another host"
        addresses = re.findall(r"""(?:src|href)="([^"?]+)""", text)
        documents = re.findall(r"""\"(/openapi[a-z.]+)\"""", text)
        assert {"/openapi.json", "/openapi.tasks.json", "/openapi.control.json"} == set(documents)
        assert len(addresses) >= 4
        kinds = {"js": "text/javascript", "css": "text/css", "png": "image/png", "json": "application/json"}
        for address in {*addresses, *documents} - {"/docs"}:
            assert address.startswith("/")
            asset = await visitor.get(address)
            assert asset.status == 200
            assert asset.body
            assert asset.headers["Content-Type"].startswith(kinds[address.rpartition(".")[2]])
            if address.endswith(".css"):
                assert not re.search(rb"url\((?!['\"]?data:)|@import", asset.body)
        for name in ("nothing.js", "%2e%2e%2fpackage.json", "oauth2-redirect.html"):
            assert (await visitor.get(f"/docs/{name}")).status == 404


async def test_the_reference_never_shows_a_key_that_could_be_real(live):
    async with live(api_key=("secret-key",), token="another-secret") as sim:
        text = (await sim.get("/docs")).body.decode()
        assert "secret" not in text
        assert "sim-local" in text
    async with live(api_key=("sim-</script><b>",)) as sim:
        assert "</script><b>" not in (await sim.get("/docs")).body.decode()
