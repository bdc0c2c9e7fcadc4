"""A client that stands what the contract allows is told so, whatever it speaks HTTP with."""

import asyncio
import json

import httpx
import pytest
import requests

from mjsim_contracts.inprocess.exploring import ClientBroke

from .careful import Careful, ClientError, careful


def by_asyncio_run(api):
    return asyncio.run(careful(api))


WAYS = {
    "requests": lambda api: Careful(api).imagine(),
    "httpx": lambda api: Careful(api, api.httpx_client()).imagine(),
    "httpx-async": careful,
    "httpx-in-a-loop-of-its-own": by_asyncio_run,
}


@pytest.mark.parametrize("client", WAYS.values(), ids=WAYS)
def test_a_careful_client_passes_and_has_met_almost_every_freedom(conversations, client):
    stood = conversations.check(client)
    assert stood.conversations == conversations.examples
    assert len(stood.edits) > 110
    assert {"getJobStatus/completed/drop/result", "createImagineJob/200/drop/message"} <= stood.edits


def test_what_goes_beyond_the_contract_is_tried_when_it_is_asked_for(conversations):
    def client(api):
        try:
            Careful(api).imagine()
        except Exception as error:
            raise ClientError("it gave up") from error

    usual = conversations.check(client).edits
    more = conversations.check(client, beyond=("sparse", "evolution")).edits
    assert "getJobStatus/pending/null/progress" not in usual
    assert len(more) > len(usual) + 50
    with pytest.raises(ValueError, match="beyond: 'everything' is none of sparse, evolution"):
        conversations.check(client, beyond=("everything",))


def answers(session, api):
    """What a server tells a client that uses all of it; ids and times are left out."""
    headers = {"Authorization": f"Bearer {api.key}"}

    def ask(method, path, **more):
        answer = session.request(method, api.url + path, headers=headers, **more)
        return answer.status_code, answer.json() if "json" in answer.headers["content-type"] else answer.content

    said = [ask("GET", "/v1/jobs?limit=2"), ask("GET", "/v1/jobs?limit=none"), ask("POST", "/v1/imagine", json={})]
    fox = ask("POST", "/v1/imagine", json={"prompt": "a fox --ar 3:2"})[1]["data"]["job_id"]
    said.append(ask("POST", "/v1/upscale", json={"job_id": fox, "index": 1}))
    said += [ask("GET", f"/v1/jobs/{fox}") for _ in range(3)]
    upscale = ask("POST", "/v1/upscale", json={"job_id": fox, "index": 1})[1]["data"]["job_id"]
    assert ask("GET", f"/v1/jobs/{upscale.upper()}")[1]["id"] == upscale
    listed = ask("GET", "/v1/jobs?sort=created_at_asc")[1]
    assert [job["id"] for job in listed["data"]][-2:] == [fox, upscale]
    assert listed["total"] == 5
    said += [ask("POST", f"/v1/jobs/{fox}/cancel"), ask("POST", f"/v1/jobs/{upscale}/cancel")]
    said += [ask("GET", f"/v1/jobs/{upscale}"), ask("GET", "/v1/jobs/00000000-0000-4000-8000-000000000099")]
    url = said[6][1]["result"]["images"][1]["url"]
    picture = session.get(url)
    assert picture.content.startswith(b"\x89PNG")
    other = {"Authorization": "Bearer sim-stranger"}
    stranger = session.get(f"{api.url}/v1/jobs/{fox}", headers=other)
    assert session.get(f"{api.url}/v1/jobs", headers=other).json()["total"] == 0
    return [*said, stranger.status_code]


def test_every_operation_is_answered_as_the_simulator_does(conversations):
    told = []

    conversations.replaying().check(lambda api: told.append(answers(api.requests_session(), api)))
    conversations.replaying().check(lambda api: told.append(answers(api.httpx_client(), api)))
    once, again, by_httpx, _ = told
    statuses, others = ([each if isinstance(each, int) else each[0] for each in said] for said in (once, by_httpx))
    assert statuses == others == [200, 400, 400, 400, 200, 200, 200, 400, 200, 200, 404, 404]
    assert [once[n][1]["status"] for n in (4, 5, 6)] == ["pending", "in_progress", "completed"]
    assert once[9][1]["status"] == "cancelled"
    assert once[6][1]["parameters"]["aspect_ratio"] == "3:2"
    assert json.dumps(once) == json.dumps(again), "the same conversation is the same to the byte"


def test_nobody_else_is_there_to_be_asked(conversations):
    def client(api):
        with pytest.raises(requests.ConnectionError, match="somewhere else"):
            api.requests_session().get("http://127.0.0.1:1/")
        with pytest.raises(httpx.ConnectError, match="somewhere else"):
            api.httpx_client().get("https://example.com/")
        Careful(api).imagine()

    conversations.replaying().check(client)


def test_a_client_that_asks_nothing_is_no_success(conversations):
    with pytest.raises(ClientBroke, match="has asked nothing"):
        conversations.check(lambda _api: None)
