"""The least that a webhook receiver can do: it answers 200, counts, and says how long it has taken from first to last.

Run as `python receiver.py PORT`: POST /hook counts; GET /hooks gives the count and the seconds, and begins anew.
"""

import json
import sys
import time

from aiohttp import web


class Receiver:
    """What has come in since it was last asked."""

    def __init__(self) -> None:
        self._count = 0
        self._first = self._last = 0.0

    async def receive(self, request: web.Request) -> web.Response:
        """Take a webhook."""
        await request.read()
        self._last = time.perf_counter()
        if not self._count:
            self._first = self._last
        self._count += 1
        return web.Response()

    async def tell(self, request: web.Request) -> web.Response:
        """Say what has come in; with a number in the query, forget it once there is as much."""
        told = {"count": self._count, "seconds": self._last - self._first}
        if self._count >= int(request.query.get("forget", sys.maxsize)):
            self._count = 0
        return web.json_response(told)


async def _ready(_request: web.Request) -> web.Response:
    """Where every server of the benchmark is asked whether it is up."""
    return web.Response(text=json.dumps({}))


def main(port: int) -> None:
    """Serve until the process is ended."""
    app, receiver = web.Application(), Receiver()
    app.router.add_post("/hook", receiver.receive)
    app.router.add_get("/hooks", receiver.tell)
    app.router.add_get("/v1/jobs/any", _ready)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=lambda _: None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
