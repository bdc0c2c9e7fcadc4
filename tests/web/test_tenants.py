"""The bearer token is the tenant: without one there is nothing to see, and with one nobody else's jobs are seen."""

import pytest

OPERATIONS = [
    ("POST", "/v1/imagine"),
    ("POST", "/v1/upscale"),
    ("POST", "/v1/variations"),
    ("POST", "/v1/describe"),
    ("POST", "/v1/blend"),
    ("GET", "/v1/jobs"),
    ("GET", "/v1/jobs/00000000-0000-4000-8000-000000000000"),
    ("POST", "/v1/jobs/00000000-0000-4000-8000-000000000000/cancel"),
]
REFUSED = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "Bearer nope",
    "Bearer sim-",
    "Bearer  sim-",
    "bearer local",
    "Bearer SIM-loud",
    "Basic c2ltLWE6",
    "Basic sim-a",
    "Token sim-a",
    "sim-a",
    "Bearersim-a",
    "Bearer,sim-a",
]


@pytest.mark.parametrize("header", REFUSED)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
async def test_without_a_key_that_is_known_every_operation_is_401_whatever_is_sent(live, header, method, path):
    """Before the body, which is no JSON, and before the state, which knows no such job."""
    async with live() as sim:
        headers = {} if header is None else {"Authorization": header}
        answer = await sim.as_(None).request(method, path, headers=headers, data=b"{not json")
        assert (answer.status, answer.code) == (401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert "nope" not in answer.message, "a key is not repeated"


async def test_the_key_is_looked_at_before_the_route_and_the_method(live):
    async with live() as sim:
        for method, path, status in (("GET", "/v1/nothing", 404), ("DELETE", "/v1/jobs", 405), ("GET", "/v1/", 404)):
            assert (await sim.as_(None).request(method, path)).status == 401
            assert (await sim.request(method, path)).status == status


@pytest.mark.parametrize("header", ["Bearer sim-a", "bearer sim-a", "BEARER sim-a", "Bearer  sim-a", "Bearer sim-a  "])
async def test_the_scheme_may_be_in_any_case_and_is_the_same_tenant(live, header):
    async with live() as sim:
        job_id = await sim.as_("sim-a").imagine()
        answer = await sim.as_(None).get(f"/v1/jobs/{job_id}", headers={"Authorization": header})
        assert answer.status == 200


@pytest.mark.parametrize("key", ["sim-x", "sim-" + "x" * 3000, "sim-a b", "sim-é", "sim-\u200b", "sim-sim-", "sim-%00"])
async def test_any_key_that_begins_with_sim_is_a_tenant(live, key):
    async with live() as sim:
        job_id = await sim.as_(key).imagine()
        assert (await sim.as_(key).job(job_id))["id"] == job_id
        assert (await sim.get(f"/v1/jobs/{job_id}")).status == 404


async def test_keys_of_api_key_and_of_the_environment_are_accepted_and_are_tenants_of_their_own(live):
    async with live(api_key=("first-key", "second key"), token="from-the-environment") as sim:
        keys = ("first-key", "second key", "from-the-environment", "sim-first-key")
        made = {key: await sim.as_(key).imagine() for key in keys}
        for key in keys:
            assert [job["id"] for job in (await sim.as_(key).jobs())["data"]] == [made[key]]
        for key in ("first-ke", "first-key2", "FIRST-KEY", "second", "first-key,second key"):
            assert (await sim.as_(key).get("/v1/jobs")).status == 401


async def test_another_tenants_job_is_not_there(live):
    """Whether one looks, cancels, or makes something of it: the same answer as for a job that never was."""
    async with live(pace="instant") as sim:
        mine, theirs = sim.as_("sim-mine"), sim.as_("sim-theirs")
        job_id = await mine.imagine()
        unknown = "00000000-0000-4000-8000-000000000000"
        for make in (
            lambda who, which: who.get(f"/v1/jobs/{which}"),
            lambda who, which: who.cancel(which),
            lambda who, which: who.post("/v1/upscale", {"job_id": which, "index": 1}),
            lambda who, which: who.post("/v1/variations", {"job_id": which, "index": 1}),
        ):
            found, never = await make(theirs, job_id), await make(theirs, unknown)
            assert (found.status, found.code) == (404, "job_not_found")
            assert found.message.replace(job_id, unknown) == never.message
        assert (await mine.job(job_id))["status"] == "completed"
        assert await mine.create("upscale", job_id=job_id, index=1)


async def test_lists_and_their_totals_are_separate(live):
    async with live() as sim:
        for number in range(3):
            await sim.as_("sim-a").imagine(f"a {number}")
        await sim.as_("sim-b").imagine("b")
        assert (await sim.as_("sim-a").jobs())["total"] == 3
        assert [job["prompt"] for job in (await sim.as_("sim-b").jobs())["data"]] == ["b"]
        assert await sim.as_("sim-c").jobs() == {"data": [], "total": 0, "limit": 25, "offset": 0}


async def test_a_tenants_equal_requests_are_not_counted_with_anothers(live):
    """Else one tenant's second request would be another's third, and parallel tests would meet."""
    async with live(public_base_url="http://mj.example") as sim:
        await sim.as_("sim-a").imagine("same")
        alone = await sim.as_("sim-b").imagine("same")
    async with live(public_base_url="http://mj.example") as sim:
        assert await sim.as_("sim-b").imagine("same") == alone


async def test_files_documents_and_the_probe_need_no_key(live):
    async with live(pace="instant") as sim:
        url = (await sim.made("imagine", prompt="a"))["result"]["images"][1]["url"]
        for path in (url, "/openapi.json", "/openapi.published.json", "/docs", "/_sim/health"):
            assert (await sim.as_(None).get(path)).status == 200
