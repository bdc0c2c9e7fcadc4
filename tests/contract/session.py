"""A session with every operation, many good requests and many bad ones, each under a name that says what is special."""

import time
from typing import Any

from .recording import Client, Recorded

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR42mO8VmHDgA0wMeAAg1MCADhtAZrHOoHAAAAAAElFTkSuQmCC"
URL = "https://example.com/a.png"
NOBODY = "99999999-9999-4999-8999-999999999999"

IMAGINE: dict[str, Any] = {
    "least": {"prompt": "a"},
    "flags": {"prompt": "a cat --ar 16:9 --v 6.1 --s 250 --no dogs"},
    "all fields": {
        "prompt": "a",
        "aspect_ratio": "3:2",
        "model_version": "7.0",
        "process_mode": "turbo",
        "quality": 0.5,
        "stylize": 400,
        "chaos": 20,
        "seed": 4294967295,
        "no": "text",
        "image_url": URL,
        "webhook_url": "https://example.com/hook",
        "webhook_type": "progress",
    },
    "unknown field": {"prompt": "a", "stylise": 3},
    "integer as 4.0": {"prompt": "a", "stylize": 4.0},
    "quality as 1": {"prompt": "a", "quality": 1},
    "4000 emoji": {"prompt": "\U0001f3a8" * 4000},
    "4001 characters": {"prompt": "a" * 4001},
    "NUL in the prompt": {"prompt": "a\x00b"},
    "empty prompt": {"prompt": ""},
    "white space prompt": {"prompt": " \t\n"},
    "flags only": {"prompt": "--ar 1:1"},
    "blocked word": {"prompt": "a gore scene"},
    "unknown flag": {"prompt": "a --nonsense"},
    "no prompt": {},
    "prompt null": {"prompt": None},
    "prompt a number": {"prompt": 3},
    "version as a number": {"prompt": "a", "model_version": 7.0},
    "unknown version": {"prompt": "a", "model_version": "4.0"},
    "stylize a fraction": {"prompt": "a", "stylize": 4.5},
    "stylize true": {"prompt": "a", "stylize": True},
    "stylize beyond": {"prompt": "a", "stylize": 1001},
    "chaos below": {"prompt": "a", "chaos": -1},
    "seed beyond": {"prompt": "a", "seed": 4294967296},
    "quality true": {"prompt": "a", "quality": True},
    "quality between": {"prompt": "a", "quality": 0.75},
    "no as a number": {"prompt": "a", "no": 123},
    "ratio 0:1": {"prompt": "a", "aspect_ratio": "0:1"},
    "ratio with a line end": {"prompt": "a", "aspect_ratio": "1:1\n"},
    "ratio of 5000 digits": {"prompt": "a", "aspect_ratio": "1" * 5000 + ":1"},
    "ratio beyond 14:1": {"prompt": "a", "aspect_ratio": "15:1"},
    "ratio in Arabic digits": {"prompt": "a", "aspect_ratio": "١:١"},
    "image URL without scheme": {"prompt": "a", "image_url": "example.com/a.png"},
    "image URL of a file": {"prompt": "a", "image_url": "file:///etc/passwd"},
    "webhook URL without scheme": {"prompt": "a", "webhook_url": "hook"},
    "webhook URL with a space": {"prompt": "a", "webhook_url": "https://example.com/a b"},
    "unknown webhook type": {"prompt": "a", "webhook_type": "all"},
    "an array": [],
    "no JSON": b'{"prompt": ',
    "NaN": b'{"prompt": "a", "stylize": NaN}',
    "a name twice": b'{"prompt": "a", "prompt": "b"}',
    "lone surrogate": b'{"prompt": "\\ud800"}',
    "bad UTF-8": b'{"prompt": "\xff"}',
    "no body": b"",
}

DESCRIBE: dict[str, Any] = {
    "by URL": {"image_url": URL},
    "by bytes": {"image_base64": PNG},
    "neither": {},
    "both": {"image_url": URL, "image_base64": PNG},
    "empty base64": {"image_base64": ""},
    "bad base64": {"image_base64": "???"},
    "base64 without padding": {"image_base64": PNG.rstrip("=")},
    "base64 with line ends": {"image_base64": PNG[:40] + "\n" + PNG[40:]},
    "base64 of text": {"image_base64": "aGVsbG8="},
    "data URL": {"image_url": f"data:image/png;base64,{PNG}"},
    "unreachable": {"image_url": "https://nowhere.invalid/a.png"},
}

BLEND: dict[str, Any] = {
    "two": {"images": [{"url": URL}, {"base64": PNG}]},
    "five, with settings": {"images": [{"url": URL}] * 5, "aspect_ratio": "9:16", "prompt": ""},
    "one": {"images": [{"url": URL}]},
    "six": {"images": [{"url": URL}] * 6},
    "empty item": {"images": [{"url": URL}, {}]},
    "item with both": {"images": [{"url": URL}, {"url": URL, "base64": PNG}]},
    "item a string": {"images": [URL, URL]},
    "bad base64": {"images": [{"url": URL}, {"base64": "???"}]},
    "long prompt": {"images": [{"url": URL}] * 2, "prompt": "a" * 4001},
    "no images": {"prompt": "a"},
}

LISTS = {
    "plain": "",
    "second page": "limit=2&offset=2",
    "everything": "status=completed&sort=created_at_asc&limit=100",
    "offset beyond 64 bits": "offset=99999999999999999999",
    "unknown parameter": "page=2",
    "limit 0": "limit=0",
    "limit 101": "limit=101",
    "limit a word": "limit=ten",
    "limit empty": "limit=",
    "limit 4.0": "limit=4.0",
    "limit with underscore": "limit=1_0",
    "limit with plus": "limit=%2B5",
    "limit with space": "limit=%205",
    "limit in Arabic digits": "limit=%D9%A5",
    "limit twice": "limit=5&limit=6",
    "offset negative": "offset=-1",
    "unknown status": "status=done",
    "status empty": "status=",
    "unknown sort": "sort=newest",
}


def converse(instant: Client, quick: Client, full: Client) -> list[Recorded]:
    """All that was said to servers whose jobs are done at once, take their time, and have little room."""
    for path, bodies in (("imagine", IMAGINE), ("describe", DESCRIBE), ("blend", BLEND)):
        for name, body in bodies.items():
            instant.post(f"{path}: {name}", f"/v1/{path}", body)
    for name, query in LISTS.items():
        instant.get(f"list: {name}", "/v1/jobs", query)
    grid = _made(instant, "imagine: a parent", "imagine", {"prompt": "a"})
    words = _made(instant, "describe: no parent", "describe", {"image_url": URL})
    _children(instant, grid, words)
    _lookups(instant, grid, words)
    _keys(instant)
    _unfinished(quick)
    _too_many(full)
    return [*instant.recorded, *quick.recorded, *full.recorded]


def _made(client: Client, name: str, path: str, body: Any) -> str:
    return str(client.post(name, f"/v1/{path}", body).document["data"]["job_id"])


def _children(client: Client, grid: str, words: str) -> None:
    for path in ("upscale", "variations"):
        for name, body in {
            "of a grid": {"job_id": grid, "index": 1},
            "id in capitals, index 4.0": {"job_id": grid.upper(), "index": 4.0},
            "of nobody": {"job_id": NOBODY, "index": 1},
            "of a description": {"job_id": words, "index": 1},
            "index 0": {"job_id": grid, "index": 0},
            "index a string": {"job_id": grid, "index": "1"},
            "index missing": {"job_id": grid},
            "id malformed": {"job_id": "123", "index": 1},
            "id in braces": {"job_id": f"{{{grid}}}", "index": 1},
            "id without dashes": {"job_id": grid.replace("-", ""), "index": 1},
        }.items():
            client.post(f"{path}: {name}", f"/v1/{path}", body)


def _lookups(client: Client, grid: str, words: str) -> None:
    for name, job_id in {
        "a grid": grid,
        "in capitals": grid.upper(),
        "a description": words,
        "nobody": NOBODY,
        "malformed": "123",
        "without dashes": grid.replace("-", ""),
    }.items():
        client.get(f"get: {name}", f"/v1/jobs/{job_id}")
        client.post(f"cancel: {name}", f"/v1/jobs/{job_id}/cancel")
    client.get("no such path", "/v1/pictures")
    client.delete("no such method", f"/v1/jobs/{grid}")


def _keys(client: Client) -> None:
    kind = {"Content-Type": "application/json"}
    client.get("key: missing", "/v1/jobs", headers={})
    client.get("key: of another scheme", "/v1/jobs", headers={"Authorization": "Basic c2ltLWE6"})
    client.get("key: unknown", "/v1/jobs", headers={"Authorization": "Bearer nobody"})
    client.get("key: empty", "/v1/jobs", headers={"Authorization": "Bearer "})
    client.post("key: missing, bad body", "/v1/imagine", b"{", headers=kind)
    for name, headers in {
        "with charset": {"Content-Type": "application/json; charset=UTF-8"},
        "of a form": {"Content-Type": "application/x-www-form-urlencoded"},
        "none": {},
    }.items():
        key = {"Authorization": "Bearer sim-other"}
        client.post(f"media type: {name}", "/v1/imagine", {"prompt": "a"}, key | headers)


def _unfinished(client: Client) -> None:
    """A job that is watched for a while, cancelled and asked for again, and a parent that is not done."""
    job_id = _made(client, "imagine: an unfinished one", "imagine", {"prompt": "a"})
    client.post("upscale: of an unfinished job", "/v1/upscale", {"job_id": job_id, "index": 1})
    for look in range(5):
        client.get(f"get: unfinished, look {look}", f"/v1/jobs/{job_id}")
        time.sleep(0.05)
    client.post("cancel: unfinished", f"/v1/jobs/{job_id}/cancel")
    client.get("get: cancelled", f"/v1/jobs/{job_id}")
    client.get("list: cancelled", "/v1/jobs", "status=cancelled")


def _too_many(client: Client) -> None:
    """As many jobs as run and wait at most, and then one more of each kind that needs no parent."""
    for number in range(13):
        client.post(f"imagine: job {number} in the queue", "/v1/imagine", {"prompt": "a"})
    client.post("imagine: queue full", "/v1/imagine", {"prompt": "a"})
    client.post("describe: queue full", "/v1/describe", {"image_url": URL})
    client.post("blend: queue full", "/v1/blend", {"images": [{"url": URL}] * 2})
