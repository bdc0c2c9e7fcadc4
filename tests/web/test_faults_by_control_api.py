"""Faults are added, listed, explained and taken out by the control API, whose answers its own document describes."""

import json
from functools import cache

import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mjsim import spec
from mjsim.core.error import Refused
from mjsim.web.control.faults import admit

from .unchecked import add, imagine, meet, total

BUSY = {"match": {"operations": ["createImagineJob"]}, "effect": {"response": {"status": 503}}}


@cache
def schema_of(operation_id, status):
    document = spec.document(spec.CONTROL)
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    (found,) = [one for one in operations if isinstance(one, dict) and one.get("operationId") == operation_id]
    response = found["responses"][str(status)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    wanted = {**response["content"]["application/json"]["schema"], "components": document["components"]}
    return jsonschema_rs.Draft202012Validator(wanted, validate_formats=True)


async def control(sim, operation_id, method, path, body=None, status=200):
    """Call an operation of the control API; its answer, checked against its document."""
    answer = await meet(sim, method, path, body)
    assert answer.status == status, answer.body
    assert "Access-Control-Allow-Origin" not in answer.headers
    if status == 204:
        assert answer.body == b""
        return None
    schema_of(operation_id, status).validate(answer.json)
    return answer.json


async def test_a_fault_is_added_strikes_is_counted_and_taken_out(live):
    async with live() as sim:
        (fault_id,) = (await control(sim, "addFaults", "POST", "/_sim/faults", BUSY | {"count": 2}))["ids"]
        assert [(await imagine(sim)).status for _ in range(3)] == [503, 503, 200]
        (listed,) = (await control(sim, "listFaults", "GET", "/_sim/faults"))["faults"]
        assert (listed["fired"], listed["remaining"], listed["expired"]) == (2, 2, False)
        assert listed["tenants"] == {"sim-test": {"matched": 3, "fired": 2, "remaining": 0}}
        assert listed["match"] == BUSY["match"]
        assert await control(sim, "getFault", "GET", f"/_sim/faults/{fault_id}") == listed
        await control(sim, "removeFault", "DELETE", f"/_sim/faults/{fault_id}", status=204)
        await control(sim, "getFault", "GET", f"/_sim/faults/{fault_id}", status=404)
        await control(sim, "removeFault", "DELETE", f"/_sim/faults/{fault_id}", status=404)
        await control(sim, "explainFault", "GET", f"/_sim/faults/{fault_id}/near-misses", status=404)


async def test_why_a_fault_did_not_strike_is_told(live):
    async with live() as sim:
        (fault_id,) = await add(sim, {"match": {"prompt": "fox"}, "effect": {"response": {"status": 500}}})
        await imagine(sim, "an ox")
        misses = (await control(sim, "explainFault", "GET", f"/_sim/faults/{fault_id}/near-misses"))["misses"]
        assert misses == [
            {
                "at": "2026-01-01T00:00:00.000Z",
                "operation": "createImagineJob",
                "tenant": "sim-test",
                "prompt": "an ox",
                "conditions": [
                    {"condition": "operations", "held": True, "found": "createImagineJob"},
                    {"condition": "prompt", "held": False, "found": "an ox"},
                ],
            }
        ]


async def test_a_fault_for_one_tenant_is_nothing_to_others(live):
    async with live() as sim:
        await add(sim, {**BUSY, "match": {"tenant": "sim-a"}})
        assert (await imagine(sim.as_("sim-a"))).status == 503
        assert (await imagine(sim)).status == 200
        assert (await control(sim, "clearFaults", "DELETE", "/_sim/faults?tenant=sim-b"))["removed"] == 0
        assert (await control(sim, "clearFaults", "DELETE", "/_sim/faults?tenant=sim-a"))["removed"] == 1
        assert (await imagine(sim.as_("sim-a"))).status == 200


async def test_all_faults_are_taken_out_at_once(live):
    async with live() as sim:
        await add(sim, BUSY, {"effect": {"drip": 5}})
        assert (await control(sim, "clearFaults", "DELETE", "/_sim/faults"))["removed"] == 2
        assert (await control(sim, "listFaults", "GET", "/_sim/faults"))["faults"] == []


@pytest.mark.parametrize("query", ["tenant=", "tenant=a&tenant=b", "tenants=a", "tenant=" + "a" * 201])
async def test_a_query_that_is_not_understood_takes_nothing_out(live, query):
    async with live() as sim:
        await add(sim, BUSY)
        await control(sim, "clearFaults", "DELETE", f"/_sim/faults?{query}", status=400)
        assert len((await control(sim, "listFaults", "GET", "/_sim/faults"))["faults"]) == 1


async def test_a_fault_has_its_time_on_the_simulated_clock(live):
    async with live() as sim:
        (fault_id,) = await add(sim, {**BUSY, "ttl": "60s"})
        assert (await imagine(sim)).status == 503
        sim.clock.advance(60_000)
        assert (await imagine(sim)).status == 200
        assert (await control(sim, "getFault", "GET", f"/_sim/faults/{fault_id}"))["expired"]


async def test_a_fault_finds_the_job_that_a_request_names(live):
    async with live() as sim:
        mine, other = [await sim.imagine(f"fox {number} --sim instant") for number in range(2)]
        await add(sim, {"match": {"job_id": mine.upper()}, "effect": {"response": {"status": 500}}})
        assert (await meet(sim, "GET", f"/v1/jobs/{mine}")).status == 500
        assert (await meet(sim, "GET", f"/v1/jobs/{other}")).status == 200
        assert (await meet(sim, "POST", "/v1/upscale", {"job_id": mine, "index": 1})).status == 500
        assert (await meet(sim, "POST", "/v1/upscale", {"job_id": other, "index": 1})).status == 200
        assert (await meet(sim, "POST", f"/v1/jobs/{mine}/cancel")).status == 500


async def test_a_fault_never_strikes_the_control_api_the_probe_or_the_documents(live):
    async with live() as sim:
        await add(sim, {"effect": {"response": {"status": 500}}})
        for path in ("/_sim/faults", "/_sim/health", "/openapi.json", "/docs"):
            assert (await meet(sim, "GET", path, prefer="code=500")).status == 200


async def test_a_body_is_read_once_whatever_faults_look_at(live, as_base64):
    async with live() as sim:
        await add(sim, {"match": {"prompt": "^ox"}, "effect": {"response": {"status": 500}}})
        assert await sim.imagine("a fox with é")
        assert await sim.create("describe", image_base64=as_base64())
        assert (await meet(sim, "POST", "/v1/imagine", ["no", "object"])).status == 400
        answer = await sim.request("POST", "/v1/imagine", data=b"{no json")
        assert (answer.status, answer.code) == (400, "invalid_json")


async def test_what_struck_is_logged_and_told_with_statuses_that_the_contract_does_not_know_marked(live, caplog):
    async with live() as sim:
        await add(sim, {**BUSY, "id": "busy", "note": "for the log", "count": 1})
        await imagine(sim)
        await imagine(sim, prefer="code=429")
        await meet(sim, "GET", "/v1/jobs/a%0Ab", prefer="code=500")
        logged = [record.getMessage() for record in caplog.records]
        assert "GET /v1/jobs/a%0Ab: Prefer: response: the request asks for it (off contract)" in logged
        why = "response: matching createImagineJob number 1 of sim-test (for the log)"
        assert f"POST /v1/imagine: busy: {why} (off contract)" in logged
        assert "POST /v1/imagine: Prefer: response: the request asks for it" in logged


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([], "The body is an empty list"),
        ({}, "effect: is required"),
        ("x", "The body has to be a JSON object"),
        ({"effect": {}}, "effect: does nothing"),
        ({"effect": {"latncy": 1}}, "effect: 'latncy' is not known here (did you mean 'latency'?)"),
        ({"efect": {}, "effect": {"drip": 1}}, "body: 'efect' is not known here (did you mean 'effect'?)"),
        ({"effect": {"zzz": 1}}, "effect: 'zzz' is not known here (there can be latency, connection"),
        ({"effect": {"latency": {"type": "fixed"}}}, "effect.latency.milliseconds: is required"),
        ({"effect": {"drip": 0}}, "effect.drip: 0 is less than 1"),
        ({"effect": {"drip": True}}, "effect.drip: has to be an integer, not a boolean"),
        ({"match": {"nth": 0}, "effect": {"drip": 1}}, "match.nth: 0 is less than 1"),
        ({"match": {"operations": ["imagine"]}, "effect": {"drip": 1}}, "match.operations.0: 'imagine' is none of"),
        ({"effect": {"patch": [{"op": "add", "path": "x", "value": 1}]}}, "effect.patch: "),
        ({"effect": {"patch": [{"op": "add", "path": "/x"}]}}, "effect.patch: "),
        ([BUSY, {"effect": {"webhook": "dorp"}}], "1: effect.webhook: 'dorp' is nothing that goes wrong"),
    ],
)
async def test_a_fault_that_is_none_is_refused_with_its_place_and_none_is_added(live, body, says):
    async with live() as sim:
        refused = await control(sim, "addFaults", "POST", "/_sim/faults", body, status=400)
        assert refused["message"].startswith(says)
        assert (await control(sim, "listFaults", "GET", "/_sim/faults"))["faults"] == []


async def test_an_id_that_is_taken_is_refused_and_none_of_the_list_is_added(live):
    async with live() as sim:
        await add(sim, BUSY | {"id": "busy"})
        more = [{**BUSY, "id": "new"}, {**BUSY, "id": "busy"}]
        refused = await control(sim, "addFaults", "POST", "/_sim/faults", more, status=409)
        assert refused["code"] == "fault_exists"
        assert [one["id"] for one in (await control(sim, "listFaults", "GET", "/_sim/faults"))["faults"]] == ["busy"]


@pytest.mark.parametrize("data", [b"", b"{", b'{"effect": {"drip": 1}, "effect": {"drip": 1}}', b"\xff"])
async def test_a_body_that_is_no_json_is_refused(live, data):
    async with live() as sim:
        answer = await sim.request("POST", "/_sim/faults", data=data)
        assert (answer.status, answer.code) == (400, "invalid_json")


async def test_the_scenario_is_the_world_with_its_faults(live):
    async with live(pace="instant", failure_rate=0.5) as sim:
        await add(sim, {**BUSY, "id": "busy"})
        scenario = await control(sim, "getScenario", "GET", "/_sim/scenario")
        assert scenario["settings"]["seed"] == 7
        assert (scenario["settings"]["pace"], scenario["settings"]["failure_rate"]) == ("instant", 0.5)
        assert scenario["faults"] == [{**BUSY, "id": "busy"}]


async def test_the_share_of_chance_is_the_same_in_the_same_world_whatever_others_do(live):
    async def struck(noise):
        async with live() as sim:
            await add(sim, {**BUSY, "probability": 0.5})
            statuses = []
            for number in range(20):
                for other in range(noise):
                    await imagine(sim.as_(f"sim-other{other}"), f"fox {number}")
                statuses.append((await imagine(sim, f"fox {number}")).status)
            return statuses

    assert await struck(0) == await struck(2)


def test_examples_of_the_document_are_faults():
    operation = spec.document(spec.CONTROL)["paths"]["/_sim/faults"]["post"]
    for example in operation["requestBody"]["content"]["application/json"]["examples"].values():
        assert admit(example["value"])


EFFECT = spec.document(spec.CONTROL)["components"]["schemas"]["Effect"]["properties"]
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.sampled_from(list(EFFECT)), inner)
    ),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.fixed_dictionaries({"effect": st.dictionaries(st.sampled_from(list(EFFECT)), junk)}, optional={"match": junk})
)
def test_any_json_is_a_fault_or_refused_and_nothing_else(value):
    try:
        said = admit(json.loads(json.dumps(value)))[0].effect.parts
    except Refused as refused:
        said = str(refused)
    assert said


async def test_a_book_with_faults_that_do_not_match_changes_nothing(live):
    async with live() as sim:
        await add(sim, {**BUSY, "match": {"tenant": "sim-nobody"}})
        await sim.completed(await sim.imagine())
        assert await total(sim) == 1
