"""Whether the simulator is up, for probes: answered from any host, without a key, and never to a foreign web page."""

from mjsim import __version__
from mjsim.web import http as web
from mjsim.web.answer import plain_json
from mjsim.web.route import Call, Route


async def _health(_call: Call) -> web.Response:
    return plain_json({"status": "ok", "version": __version__})


def routes() -> list[Route]:
    """Where the probe is."""
    return [Route("/_sim/health", {"GET": _health})]
