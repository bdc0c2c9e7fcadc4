"""The least that an aiohttp server can do for the same answers: no key, no rules, a dict for a store.

Run as `python baseline.py PORT FOLDER`: POST /v1/imagine parses the JSON body, keeps it under a new id and answers as the
API does; GET /v1/jobs/{id} writes a completed job of 1.3 kB anew each time; the files of the folder are below /files/.
"""

import sys
import uuid
from collections.abc import Callable
from typing import Any

from aiohttp import web

Json = tuple[Callable[[bytes], Any], Callable[[object], bytes], str]


def _json() -> Json:
    """The fastest JSON at hand, and its name."""
    try:
        import orjson
    except ImportError:
        import msgspec

        return msgspec.json.decode, msgspec.json.encode, "msgspec"
    return orjson.loads, orjson.dumps, "orjson"


LOADS, DUMPS, JSON_LIBRARY = _json()

FOLDER = "http://127.0.0.1:8080/files/6d2b9f3a7c1e4d5f8a0b1c2d/0b8f8a3e-5d0c-4c58-9d6e-2f4f1f9a7c11"
JOB = {
    "id": "0b8f8a3e-5d0c-4c58-9d6e-2f4f1f9a7c11",
    "type": "imagine",
    "status": "completed",
    "progress": 100,
    "prompt": "a lighthouse at dusk --ar 16:9",
    "parameters": {
        "aspect_ratio": "16:9",
        "model_version": "7.0",
        "process_mode": "fast",
        "quality": 1.0,
        "stylize": 250,
        "seed": 123456789,
        "chaos": 10,
    },
    "result": {
        "images": [
            {"url": f"{FOLDER}/grid_0.webp", "width": 2912, "height": 1632, "content_type": "image/webp"},
            *(
                {
                    "url": f"{FOLDER}/0_{n}.png",
                    "index": n + 1,
                    "width": 1456,
                    "height": 816,
                    "content_type": "image/png",
                }
                for n in range(4)
            ),
        ]
    },
    "created_at": "2026-01-31T12:00:00.000Z",
    "updated_at": "2026-01-31T12:01:01.123Z",
    "completed_at": "2026-01-31T12:01:01.123Z",
}


class Baseline:
    """The handlers and what they keep."""

    def __init__(self) -> None:
        self._kept: dict[str, object] = {}

    async def imagine(self, request: web.Request) -> web.Response:
        """Keep what was asked and say its id."""
        asked = LOADS(await request.read())
        job_id = str(uuid.uuid4())
        self._kept[job_id] = asked
        return _answer({"status": "SUCCESS", "message": "The imagine job was accepted.", "data": {"job_id": job_id}})

    async def job(self, request: web.Request) -> web.Response:
        """The one job that there is, whatever its id."""
        return _answer({**JOB, "id": request.match_info["id"]})


def _answer(value: object) -> web.Response:
    return web.Response(body=DUMPS(value), content_type="application/json")


def main(port: int, folder: str) -> None:
    """Serve until the process is ended."""
    site, baseline = web.Application(), Baseline()
    site.router.add_post("/v1/imagine", baseline.imagine)
    site.router.add_get("/v1/jobs/{id}", baseline.job)
    site.router.add_static("/files", folder)
    web.run_app(site, host="127.0.0.1", port=port, access_log=None, print=lambda _: None)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
