"""Whatever is sent, the answer is a documented refusal that names the field and the rule, and the server goes on.

Beside what each test says, every test of this directory fails when something is logged as an error, and every answer
is held against the contract.
"""

import asyncio
import base64
import gzip
import io
import json
import resource
import struct
import zlib
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from mjsim.web import body as body_module
from mjsim.web import server as server_module

MIB = 1024 * 1024
POSTED = {
    "/v1/imagine": {"prompt": "a"},
    "/v1/upscale": {"job_id": "00000000-0000-4000-8000-000000000000", "index": 1},
    "/v1/variations": {"job_id": "00000000-0000-4000-8000-000000000000", "index": 1},
    "/v1/describe": {"image_url": "https://a.test/"},
    "/v1/blend": {"images": [{"url": "https://a.test/"}, {"url": "https://b.test/"}]},
}
"""The operations that read a body, each with one that obeys the contract."""


def head(*lines, path="/v1/imagine", method="POST"):
    """The head of a request as bytes, for those that no client library would send."""
    sent = [f"{method} {path} HTTP/1.1".encode(), b"Host: mj.test", b"Authorization: Bearer sim-test", *lines]
    return b"\r\n".join(sent) + b"\r\n\r\n"


def whole(body, *lines, path="/v1/imagine"):
    """A whole request as bytes."""
    return head(b"Content-Length: %d" % len(body), *lines, path=path) + body


async def refuses(sim, body, code, *words, path="/v1/imagine"):
    """The body is refused with this code and a short message that holds these words; nothing else happened."""
    answer = await sim.request("POST", path, data=body)
    assert (answer.status, answer.code) == (400, code), answer.body
    for word in words:
        assert word in answer.message
    assert len(answer.message) < 600
    assert (await sim.jobs())["total"] == 0
    await sim.answers_still()


# Bodies that are no JSON document


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", ["empty"]),
        (b" \n", ["no JSON"]),
        (b"prompt=a", ["no JSON"]),
        (b"{'prompt': 'a'}", ["no JSON"]),
        (b'{"prompt": "a",}', ["no JSON"]),
        (b'{"prompt": "a"} {}', ["no JSON"]),
        (b'{"prompt": "a"', ["no JSON"]),
        (b'{"prompt": "a', ["no JSON"]),
        (b'{"prompt', ["no JSON"]),
        (b'{"prompt": "a" // why\n}', ["no JSON"]),
        (b'{"prompt": "a\nb"}', ["no JSON"]),
        (b'{"prompt": "\\x41"}', ["no JSON"]),
        (b'{"seed": 01}', ["no JSON"]),
        (b'{"seed": .5}', ["no JSON"]),
        (b'{"seed": NaN}', ["no JSON"]),
        (b'{"seed": Infinity}', ["no JSON"]),
        (b'{"seed": -Infinity}', ["no JSON"]),
        (b'{"seed": 1e400}', ["range"]),
        (b'{"seed": -1e400}', ["range"]),
        (b'{"seed": ' + b"9" * 5000 + b"}", ["range"]),
        (b'{"seed": 0.' + b"9" * 5000 + b"e5000}", ["range"]),
        (b'\xef\xbb\xbf{"prompt": "a"}', ["byte 0"]),
        (b'{"prompt": "\xff"}', ["UTF-8", "byte 12"]),
        (b'{"prompt": "\xed\xa0\x80"}', ["UTF-8"]),
        (b'{"prompt": "\xc0\xaf"}', ["UTF-8"]),
        ('{"prompt": "a"}'.encode("utf-16"), ["UTF-8"]),
        ('{"prompt": "a"}'.encode("utf-32"), ["UTF-8"]),
        (b"\x00" * 100, ["no JSON"]),
        (b'{"prompt": "\\ud800"}', ["no JSON"]),
        (b'{"prompt": "\\udc00 and more text than that"}', ["no JSON"]),
        (b'{"prompt": "\\ud800\\ud800 and more text"}', ["no JSON"]),
        (b'{"\\udfff": 1, "prompt": "a"}', ["no JSON"]),
        (b'{"prompt": "a", "prompt": "b"}', ["'prompt'", "twice"]),
        (b'{"x": {"y": [{"z": 1, "z": 1}]}}', ["'z'", "twice"]),
        (b'{"a": 1, "\\u0061": 2}', ["'a'", "twice"]),
        (b"[" * 100_000, ["deep"]),
        (b'{"a":' * 100_000, ["deep"]),
        (b"[" * 100_000 + b"]" * 100_000, ["deep"]),
        (b'{"a": [' * 50_000 + b"]}" * 50_000, ["deep"]),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else None,
)
async def test_what_is_no_json_document_is_refused(live, path, body, words):
    async with live() as sim:
        await refuses(sim, body, "invalid_json", *words, path=path)


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("body", [b"null", b"true", b"0", b"1.5", b'"text"', b"[]", b"[{}]"])
async def test_a_document_that_is_no_object_is_refused(live, path, body):
    async with live() as sim:
        await refuses(sim, body, "invalid_request", "JSON object", path=path)


@pytest.mark.parametrize("depth", [100, 300, 900])
async def test_what_is_nested_no_deeper_than_can_be_read_is_passed_over(live, depth):
    """The validator has a limit of its own; a field that the contract does not know must not run into it."""
    async with live() as sim:
        body = b'{"prompt": "a", "x": ' + b"[" * depth + b"]" * depth + b"}"
        assert (await sim.request("POST", "/v1/imagine", data=body)).status == 200
        body = body.replace(b'"a"', b"5")
        assert (await sim.request("POST", "/v1/imagine", data=body)).code == "invalid_request"
        body = b'{"prompt": ' + b"[" * depth + b"]" * depth + b"}"
        answer = await sim.request("POST", "/v1/imagine", data=body)
        assert answer.code == "invalid_request"
        assert "deep" in answer.message or answer.message == "prompt: has to be a string, not an array."


JSON_TYPES = (
    "application/json",
    "APPLICATION/JSON; charset=UTF-8",
    'application/json; charset="utf-8"',
    "application/vnd.a+json",
)
OTHER_TYPES = (
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/json; charset=latin-1",
    "nonsense",
    "jsonx",
)


async def test_only_a_body_that_is_said_to_be_json_is_read(live):
    """curl says that it sends a form unless it is told otherwise: a client that does so would fail elsewhere."""
    async with live() as sim:
        for kind in JSON_TYPES:
            answer = await sim.request("POST", "/v1/imagine", data=b'{"prompt": "a"}', headers={"Content-Type": kind})
            assert answer.status == 200, kind
        for kind in OTHER_TYPES:
            answer = await sim.request("POST", "/v1/imagine", data=b'{"prompt": "a"}', headers={"Content-Type": kind})
            assert (answer.status, answer.code) == (400, "invalid_request"), kind
            assert answer.message.startswith("Content-Type: "), kind


async def test_a_body_whose_type_is_not_said_is_taken_for_json(live):
    async with live() as sim:
        for line in (b"", b"Content-Type:\r\n"):
            head = b"POST /v1/imagine HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sim-test\r\nContent-Length: 15\r\n"
            (answer,) = await sim.raw(head + line + b'\r\n{"prompt": "a"}')
            assert answer.status == 200


# Fields of a wrong type, or out of bounds

SAMPLES = [None, True, 0, 5, -1, 2.5, 10**30, 1e300, -(10**400), "", "x", "5", [], [[]], {}, {"a": 1}]


def fits(schema, value):
    """Whether the value is of the type that the schema asks for."""
    kinds = {"string": str, "integer": int, "number": (int, float), "array": list, "object": dict}
    whole = schema["type"] == "integer" and isinstance(value, float) and value.is_integer()
    return not isinstance(value, bool) and (whole or isinstance(value, kinds[schema["type"]]))


@pytest.mark.parametrize("path", POSTED)
async def test_a_value_of_a_wrong_type_is_refused_by_the_name_of_its_field(live, path):
    async with live() as sim:
        contract = (await sim.get("/openapi.json")).json
        schema = contract["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        fields = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
        assert len(fields) >= 4
        for name, rule in fields.items():
            for value in (sample for sample in SAMPLES if not fits(rule, sample)):
                answer = await sim.post(path, {**POSTED[path], name: value})
                assert (answer.status, answer.code) == (400, "invalid_request"), (name, value)
                # Two pictures where one is asked for is complained about, too, and may come first.
                assert f"{name}: has to be a" in answer.message, (name, value, answer.message)
        assert (await sim.jobs())["total"] == 0


@pytest.mark.parametrize("path", POSTED)
async def test_a_field_that_is_missing_is_named(live, path):
    async with live() as sim:
        for name in POSTED[path]:
            body = {other: value for other, value in POSTED[path].items() if other != name}
            answer = await sim.post(path, body)
            assert (answer.status, answer.code) == (400, "invalid_request")
            assert name in answer.message


@pytest.mark.parametrize(
    ("path", "field", "value", "words"),
    [
        ("/v1/imagine", "prompt", "", ["at least 1"]),
        ("/v1/imagine", "prompt", " \t\n ", ["white space"]),
        ("/v1/imagine", "stylize", 1001, ["1001", "1000"]),
        ("/v1/imagine", "stylize", -1, ["-1", "0"]),
        ("/v1/imagine", "stylize", 10**300, ["1000"]),
        ("/v1/imagine", "chaos", 101, ["101", "100"]),
        ("/v1/imagine", "seed", 4294967296, ["4294967296", "4294967295"]),
        ("/v1/imagine", "seed", 0.5, ["integer"]),
        ("/v1/imagine", "seed", 1e300, ["4294967295"]),
        ("/v1/imagine", "quality", 0.3, ["0.3", "0.25, 0.5, 1.0, 2.0"]),
        ("/v1/imagine", "quality", 10**400, ["0.25"]),
        ("/v1/imagine", "model_version", "7", ["'7'", "7.0"]),
        ("/v1/imagine", "model_version", "x" * 5000, ["7.0"]),
        ("/v1/imagine", "process_mode", "FAST", ["'FAST'", "fast, turbo, relax"]),
        ("/v1/imagine", "webhook_type", "all", ["'all'", "progress, result"]),
        ("/v1/imagine", "webhook_url", "not a url", ["URI"]),
        ("/v1/imagine", "aspect_ratio", "16x9", ["16x9", "W:H"]),
        ("/v1/upscale", "job_id", "nonsense", ["nonsense", "UUID"]),
        ("/v1/upscale", "job_id", "", ["UUID"]),
        ("/v1/variations", "index", 5, ["5", "4"]),
        ("/v1/variations", "index", 0, ["0", "1"]),
        ("/v1/describe", "image_url", "a.png", ["URI"]),
        ("/v1/describe", "webhook_type", "", ["progress, result"]),
        ("/v1/blend", "prompt", "x" * 4001, ["4001", "4000"]),
        ("/v1/blend", "aspect_ratio", "x" * 5000, ["W:H"]),
    ],
    ids=str,
)
async def test_a_value_out_of_bounds_is_refused_with_its_field_and_the_rule(live, path, field, value, words):
    async with live() as sim:
        message = await sim.refused(path, {**POSTED[path], field: value}, 400, "invalid_request")
        assert message.startswith(f"{field}: ")
        assert all(word in message for word in words), message
        assert len(message) < 300


async def test_several_broken_rules_are_named_at_once(live):
    async with live() as sim:
        body = {"prompt": 5, "stylize": 1001, "chaos": "x"}
        message = await sim.refused("/v1/imagine", body, 400, "invalid_request")
        assert all(f"{name}: " in message for name in body)


async def test_a_crowd_of_broken_items_is_refused_without_looking_at_each(live):
    """A body of a few megabytes must not take minutes and gigabytes."""
    async with live() as sim:
        for item in (b"1", b"{}"):
            body = b'{"images": [' + b",".join([item] * 400_000) + b"]}"
            answer = await sim.request("POST", "/v1/blend", data=body)
            assert (answer.status, answer.code) == (400, "invalid_request")
            assert answer.message.startswith("images: has 400000 of them")


async def test_a_name_that_stands_twice_is_found_at_the_end_of_many(live):
    async with live() as sim:
        body = b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b',"99999":1}'
        await refuses(sim, body, "invalid_json", "'99999'", "twice")


# Bodies that are too large, packed, or never come


async def test_a_body_that_says_it_is_too_large_is_413_before_it_is_sent(live):
    async with live() as sim:
        for length in (32 * MIB + 1, 33 * MIB, 9 * 10**18):
            (answer,) = await sim.raw(head(b"Content-Length: %d" % length))
            assert (answer.status, answer.code) == (413, "payload_too_large")
            assert str(32 * MIB) in answer.message
        await sim.answers_still()


async def test_a_client_that_asks_first_is_not_invited_to_send_what_is_too_large(live):
    async with live() as sim:
        (answer,) = await sim.raw(head(b"Content-Length: %d" % (33 * MIB), b"Expect: 100-continue"))
        assert answer.status == 413
        (answer,) = await sim.raw(head(b"Content-Length: 15", b"Expect: 100-continue"))
        assert answer.status == 100
        (answer,) = await sim.raw(whole(b'{"prompt": "a"}', b"Expect: 100-continue"))
        assert answer.status == 200


async def test_33_mib_are_413_whether_their_length_is_known_or_not(live):
    async def chunks():
        for _ in range(33):
            yield b" " * MIB

    async with live() as sim:
        for path in POSTED:
            for body in (b" " * (33 * MIB), chunks()):
                answer = await sim.request("POST", path, data=body)
                assert (answer.status, answer.code) == (413, "payload_too_large")
        await sim.answers_still()


async def test_32_mib_are_read(live):
    async with live() as sim:
        body = b'{"prompt": "a"}'.ljust(32 * MIB)
        assert (await sim.request("POST", "/v1/imagine", data=body)).status == 200


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "x-gzip", "gzip, gzip", "nonsense"])
async def test_a_packed_body_is_not_unpacked(live, coding):
    """Neither a bomb, nor what is no packed data at all, nor a harmless one."""
    bomb = gzip.compress(b'{"prompt": "' + b"a" * (64 * MIB) + b'"}', 1)
    async with live() as sim:
        for body in (bomb, b"nonsense", gzip.compress(b'{"prompt": "a"}')):
            answer = await sim.request("POST", "/v1/imagine", data=body, headers={"Content-Encoding": coding})
            assert (answer.status, answer.code) == (400, "invalid_json")
            assert "Content-Encoding" in answer.message


@pytest.mark.parametrize("coding", ["identity", "Identity"])
async def test_a_body_that_says_it_is_not_packed_is_read(live, coding):
    async with live() as sim:
        body, headers = b'{"prompt": "a"}', {"Content-Encoding": coding}
        assert (await sim.request("POST", "/v1/imagine", data=body, headers=headers)).status == 200


async def test_a_body_that_does_not_come_is_408_and_the_connection_ends(live, monkeypatch):
    monkeypatch.setattr(body_module, "SECONDS", 0.2)
    async with live() as sim:
        for sent in (head(b"Content-Length: 100") + b"{", head(b"Transfer-Encoding: chunked") + b"5\r\n{"):
            (answer,) = await sim.raw(sent)
            assert (answer.status, answer.code) == (408, "request_timeout")
            assert answer.headers["Connection"] == "close"
        await sim.answers_still()


async def test_a_body_that_comes_by_drops_is_408(live, monkeypatch):
    """Each byte comes in good time, the whole does not."""
    monkeypatch.setattr(body_module, "SECONDS", 0.3)
    async with live() as sim:
        reader, writer = await asyncio.open_connection(*sim.address)
        writer.write(head(b"Content-Length: 100000"))
        answered = asyncio.ensure_future(reader.readuntil(b"\r\n"))
        while not answered.done():
            writer.write(b" ")
            await asyncio.wait([answered], timeout=0.02)
        assert answered.result() == b"HTTP/1.1 408 Request Timeout\r\n"
        writer.close()
        await sim.answers_still()


@pytest.mark.parametrize("before", [b"", whole(b'{"prompt": "a"}')], ids=["first", "second"])
async def test_headers_that_come_by_drops_end_the_connection(live, monkeypatch, before):
    """On a new connection, and on one that was used before."""
    monkeypatch.setattr(server_module, "IDLE_SECONDS", 0.3)
    async with live() as sim:
        reader, writer = await asyncio.open_connection(*sim.address)
        writer.write(before + b"POST /v1/imagine HTTP/1.1\r\nX: ")
        ended = asyncio.ensure_future(reader.read())
        try:
            while not ended.done():
                writer.write(b"x")
                await asyncio.wait([ended], timeout=0.02)
            assert (await ended).count(b"HTTP/1.1") == bool(before)
        except ConnectionError:
            pass
        writer.close()
        await sim.answers_still()


async def test_a_client_that_leaves_in_the_middle_of_its_body_hurts_nobody(live):
    async with live() as sim:
        for sent in (head(b"Content-Length: 100") + b"{", head(b"Transfer-Encoding: chunked") + b"5\r\n{", head()[:-2]):
            for finish in (True, False):
                _, writer = await asyncio.open_connection(*sim.address)
                writer.write(sent)
                await writer.drain()
                await sim.answers_still()
                if finish:
                    writer.write_eof()
                else:
                    writer.transport.abort()
                await sim.answers_still()
                writer.close()
        for _ in range(3):
            await sim.answers_still()


async def test_a_client_that_leaves_in_the_middle_of_an_answer_hurts_nobody(live):
    async with live(pace="instant") as sim:
        url = (await sim.made("imagine", prompt="a"))["result"]["images"][0]["url"]
        await sim.get(url)
        for _ in range(10):
            reader, writer = await asyncio.open_connection(*sim.address)
            writer.write(head(method="GET", path=url.removeprefix(sim.url)) * 5)
            await reader.readexactly(500)
            writer.transport.abort()
        for _ in range(3):
            await sim.answers_still()


async def test_a_client_that_leaves_while_its_picture_is_drawn_hurts_nobody(live):
    async with live(pace="instant") as sim:
        url = (await sim.made("imagine", prompt="a"))["result"]["images"][0]["url"]
        _, writer = await asyncio.open_connection(*sim.address)
        writer.write(head(method="GET", path=url.removeprefix(sim.url)))
        await sim.answers_still()
        writer.transport.abort()
        assert (await sim.get(url)).image.size == (2048, 2048)


# Requests that are no HTTP, or only just


def shortly(value):
    """A request as the name of its test."""
    told = (b"Authorization: Bearer sim-test\r\n", b"Host: mj.test\r\n")
    if not isinstance(value, bytes):
        return None
    for line in told:
        value = value.replace(line, b"")
    return repr(value[:48])


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n\x00\x01\x02\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET / HTTQ/1.1\r\nHost: a\r\n\r\n",
        b"BREW /v1/jobs HTTP/1.1\r\nHost: a\r\n\r\n",
        b"get /v1/jobs HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET v1/jobs HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://[/v1/jobs HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://a:99999/v1/jobs HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/jobs/\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /v1/jobs?status=\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        head(b"no colon"),
        head(b": no name"),
        head(b"with space : x"),
        head(b"nul: a\x00b"),
        head(b"bare: a\rb"),
        head(b"long: " + b"x" * 20_000),
        head(b"x" * 20_000 + b": long"),
        head(*(b"X-%d: 1" % number for number in range(1000))),
        head(path="/" + "x" * 20_000),
        b"GET / HTTP/1.1\r\nX: " + b"x" * 200_000,
        b"x" * 200_000,
        head(b"Content-Length: -5"),
        head(b"Content-Length: abc"),
        head(b"Content-Length: 5 5"),
        head(b"Content-Length: 1_0"),
        head(b"Content-Length: " + b"9" * 30),
        head(b"Content-Length: 5", b"Content-Length: 6") + b"abcdef",
        head(b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
        head(b"Transfer-Encoding: gzip"),
        head(b"Transfer-Encoding: identity"),
        head(b"Transfer-Encoding: xchunked") + b"0\r\n\r\n",
        head(b"Transfer-Encoding: chunked, gzip") + b"0\r\n\r\n",
        head(b"Transfer-Encoding: chunked") + b"ZZ\r\n",
        head(b"Transfer-Encoding: chunked") + b"-5\r\nabcde\r\n0\r\n\r\n",
        head(b"Transfer-Encoding: chunked") + b"5\r\nabcdeXX\r\n",
        head(b"Transfer-Encoding: chunked") + b"f" * 40 + b"\r\n",
    ],
    ids=shortly,
)
async def test_what_cannot_be_read_as_http_is_400_and_ends_the_connection(live, caplog, sent):
    async with live() as sim:
        (answer,) = await sim.raw(sent, most=2)
        assert (answer.status, answer.code) == (400, "invalid_request")
        assert answer.message.startswith("The request cannot be read: ")
        assert len(answer.message) < 300
        await sim.answers_still()
        lines = [record.getMessage() for record in caplog.records if "could not be read" in record.getMessage()]
        assert len(lines) == 1
        assert lines[0].isprintable(), "one line, and nothing that moves the cursor"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /_sim/health HTTP/1.0\r\n\r\n", 200),
        (b"\r\n\r\nGET /_sim/health HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"GET http://elsewhere.test/_sim/health HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"GET /_sim/health?%ff%00=%zz&;;& HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"GET /_sim/health HTTP/1.1\r\nHost: \xff<>\r\nX: \xff\r\n\r\n", 200),
        (b"GET /_sim/health HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", 200),
        (b"GET  /_sim/health HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"GET //_sim//health HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"GET ///[ HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"TRACE /_sim/health HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        (b"GET /v1/jobs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sim-\xff\r\n\r\n", 200),
        (b"GET /v1/jobs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xff\r\n\r\n", 401),
        (head(path="/v1/jobs?status=%ff", method="GET"), 400),
        (head(path="/v1/jobs?limit=%D9%A3", method="GET"), 400),
        (head(path="/v1/jobs/%ff%fe", method="GET"), 404),
        (head(path="/v1/jobs/%2e%2e%2f", method="GET"), 404),
        (head(path="/%76%31/jobs", method="GET"), 200),
        (head(b"Transfer-Encoding: chunked") + b'f;x=y\r\n{"prompt": "a"}\r\n0\r\nTrailer: x\r\n\r\n', 200),
        (head(b"Transfer-Encoding: Chunked") + b'F\r\n{"prompt": "a"}\r\n0\r\n\r\n', 200),
        (head(b"Content-Length: 0"), 400),
        (head(), 400),
    ],
    ids=shortly,
)
async def test_what_can_just_be_read_as_http_is_answered(live, sent, status):
    async with live() as sim:
        (answer,) = await sim.raw(sent)
        assert answer.status == status
        await sim.answers_still()


async def test_a_preflight_that_names_strange_headers_is_answered(live):
    async with live() as sim:
        for named in (b"\xff", b"x" * 5000, b"a,,b\t", b'"<>'):
            asked = (b"Access-Control-Request-Method: POST", b"Access-Control-Request-Headers: " + named)
            (answer,) = await sim.raw(head(*asked, method="OPTIONS"))
            assert answer.status == 204


async def test_a_chunk_that_breaks_later_ends_the_connection_in_time(live, monkeypatch):
    monkeypatch.setattr(body_module, "SECONDS", 0.3)
    async with live() as sim:
        for rest in (b"ZZ\r\nfoo\r\n", b"fffffffffffffffff\r\n"):
            (answer,) = await sim.raw(head(b"Transfer-Encoding: chunked") + b"5\r\nabcde\r\n", rest)
            assert answer.status in (400, 408)
        await sim.answers_still()


async def test_pipelined_requests_are_answered_in_their_order(live):
    async with live() as sim:
        ids = [await sim.imagine(f"boat {number}") for number in range(40)]
        reader, writer = await asyncio.open_connection(*sim.address)
        for job_id in ids:
            writer.write(head(path=f"/v1/jobs/{job_id}", method="GET"))
        writer.write(whole(b'{"prompt": "a"}') + whole(b"{") + head(path="/v1/jobs", method="GET"))
        shown = []
        for _ in range(43):
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            length = next(line for line in answer.split(b"\r\n") if line.startswith(b"Content-Length: "))
            shown.append(json.loads(await reader.readexactly(int(length[16:]))))
        writer.close()
        assert [job["id"] for job in shown[:40]] == ids
        assert [shown[40]["status"], shown[41]["code"], shown[42]["total"]] == ["SUCCESS", "invalid_json", 41]


async def test_what_follows_a_bad_request_on_the_same_connection_is_not_taken_for_its_body(live):
    """A refusal before the body was read must not leave the rest of it to be read as the next request."""
    async with live() as sim:
        inner = head(path="/v1/jobs", method="GET")
        reader, writer = await asyncio.open_connection(*sim.address)
        writer.write(head(b"Content-Length: %d" % len(inner), path="/nowhere") + inner + head(path="/", method="GET"))
        first = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        assert first.startswith(b"HTTP/1.1 404")
        await reader.readuntil(b"}")
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n"), 10)).startswith(b"HTTP/1.1 302")
        writer.close()


async def test_1000_idle_connections_keep_nobody_from_being_answered(live):
    needed = 2_200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    try:
        async with live() as sim, AsyncExitStack() as stack:
            for number in range(1_000):
                _, writer = await asyncio.open_connection(*sim.address)
                stack.callback(writer.close)
                if number % 2:
                    writer.write(b"GET /v1/jobs HTTP/1.1\r\nHost: a\r\n")
            await sim.answers_still()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# Pictures that are none, or that are built to be expensive


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width, height, data):
    """A PNG that says that it has this size, whatever its data holds."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def picture(form):
    file = io.BytesIO()
    Image.effect_noise((96, 96), 80).convert("RGB").save(file, form)
    return file.getvalue()


def unfit_pictures():
    rows = zlib.compress(b"\x00" * (20 * MIB), 9)
    yield "a bomb of declared pixels", png_of(40_000, 40_000, rows)
    yield "a bomb of one row", png_of(2_000_000_000, 1, rows)
    yield "no pixels", png_of(0, 10, b"")
    yield "the largest size that can be said", png_of(0x7FFFFFFF, 0x7FFFFFFF, rows)
    yield "a size beyond that", png_of(0xFFFFFFFF, 0xFFFFFFFF, rows)
    yield "a text bomb", png_of(10, 10, b"").replace(b"IEND", b"zTXt" + zlib.compress(b"a" * MIB) + b"IEND")
    yield "a GIF bomb", b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b"," + b"\x00" * 100
    yield "a BMP bomb", b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, 60000, 60000, 1, 24, 0, 0, 0, 0, 0, 0)
    yield (
        "a WebP that says too much",
        b"RIFF\xff\xff\xff\xffWEBPVP8X" + struct.pack("<I", 10) + b"\x00" * 4 + b"\xff" * 6,
    )
    yield "nothing but a JPEG's beginning", b"\xff\xd8\xff\xe0"
    yield "text", b"this is no picture"
    yield "SVG", b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    yield "TIFF", b"II*\x00\x08\x00\x00\x00"
    yield "PDF", b"%PDF-1.7"
    for form in ("PNG", "JPEG", "WEBP", "GIF", "BMP"):
        data = picture(form)
        for share in (0.02, 0.2, 0.5, 0.9):
            yield f"{form} cut off at {share}", data[: int(len(data) * share)]


@pytest.mark.parametrize(("data"), [pytest.param(data, id=name) for name, data in unfit_pictures()])
async def test_a_picture_that_cannot_be_read_is_refused_by_field_before_it_costs_anything(live, data):
    text = base64.b64encode(data).decode()
    async with live() as sim:
        message = await sim.refused("/v1/describe", {"image_base64": text}, 400, "invalid_image")
        assert message.startswith("image_base64: ")
        body = {"images": [{"url": "https://a.test/"}, {"base64": text}]}
        assert (await sim.refused("/v1/blend", body, 400, "invalid_image")).startswith("images.1.base64: ")
        message = await sim.refused(
            "/v1/imagine", {"prompt": "a", "image_url": f"data:image/png;base64,{text}"}, 400, "invalid_image"
        )
        assert message.startswith("image_url: ")
        assert (await sim.jobs())["total"] == 0
        await sim.answers_still()


@pytest.mark.parametrize(
    "text",
    [
        "!",
        "abc",
        "====",
        "a===",
        "YQ",
        "YQ==\n",
        " YQ==",
        "YQ==YQ==",
        "_-8=",
        "é",
        "\x00",
        "data:image/png;base64,AA==",
    ],
)
async def test_what_is_no_base64_is_refused_by_field(live, text):
    async with live() as sim:
        message = await sim.refused("/v1/describe", {"image_base64": text}, 400, "invalid_image")
        assert message.startswith("image_base64: ")
        body = {"images": [{"base64": text}, {"url": "https://a.test/"}]}
        assert (await sim.refused("/v1/blend", body, 400, "invalid_image")).startswith("images.0.base64: ")


async def test_a_picture_of_31_mib_is_refused_for_what_it_is_and_not_for_its_length(live):
    async with live() as sim:
        text = base64.b64encode(b"\xff" * (23 * MIB)).decode()
        await sim.refused("/v1/describe", {"image_base64": text}, 400, "invalid_image")


# Anything at all

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)
flags = st.sampled_from(["ar", "v", "q", "s", "c", "no", "seed", "turbo", "tile", "niji", "iw", "stop", "x"]).map(
    "--{}".format
)
prompts = st.lists(
    flags | st.text(max_size=8) | st.sampled_from(["16:9", "7", "0", "https://a.test/x"]), max_size=8
).map(" ".join)
addresses = st.sampled_from(["https://a.test/", "http://x.invalid", "data:,", "http://[", "http://a:0/", "urn:x:y"])
pictures = st.fixed_dictionaries({}, optional={"url": addresses | anything, "base64": st.text(max_size=9) | anything})
FIELDS = {
    "prompt": prompts,
    "job_id": st.uuids().map(str),
    "index": st.integers(-1, 5) | st.floats(),
    "image_url": addresses,
    "image_base64": st.binary(max_size=40).map(lambda data: base64.b64encode(data).decode()),
    "images": st.lists(pictures, max_size=6),
    "aspect_ratio": st.from_regex(r"[0-9]{0,5}:[0-9]{0,5}"),
    "stylize": st.integers(-1, 1001),
    "seed": st.integers(-1, 1 << 32) | st.floats(),
    "quality": st.sampled_from([0.25, 0.5, 1, 2, 3, 1e300]),
    "no": st.text(),
    "model_version": st.sampled_from(["6.0", "8"]),
    "webhook_url": addresses,
    "webhook_type": st.sampled_from(["progress", "result", "none"]),
}
nearly = st.fixed_dictionaries({}, optional={name: value | anything for name, value in FIELDS.items()})
bodies = st.one_of(
    nearly.map(json.dumps).map(str.encode),
    anything.map(json.dumps).map(str.encode),
    st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(),
)


@pytest.mark.parametrize("path", POSTED)
def test_any_body_at_all_gets_a_documented_answer(live, path):
    """The client fails on every status and every answer that the contract does not document."""
    with asyncio.Runner() as runner:
        living = live(pace="instant", failure_rate=0.1)
        sim = runner.run(living.__aenter__())
        phases = (Phase.explicit, Phase.generate, Phase.shrink)

        @settings(
            max_examples=120,
            derandomize=True,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        )
        @given(body=bodies)
        def holds(body):
            answer = runner.run(asyncio.wait_for(sim.request("POST", path, data=body), 20))
            assert answer.status in (200, 400, 404)
            if answer.status == 200:
                job_id = answer.json["data"]["job_id"]
                assert runner.run(sim.job(job_id))["id"] == job_id

        try:
            holds()
            runner.run(sim.answers_still())
        finally:
            runner.run(living.__aexit__(None, None, None))
