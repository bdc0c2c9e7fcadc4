"""MCP over standard input and output, for hosts that start their servers themselves; it ends when its input does."""

import signal

import mcp.server.stdio

from mjsim.mcp.handlers import mcp_server
from mjsim.mcp.upstream import Upstream


async def serve_stdio(url: str, token: str) -> None:
    """Serve one client in front of the API at `url`."""
    # A thread waits for input and cannot be woken. Nothing is kept here, so Ctrl-C may end the process where it stands.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    upstream = Upstream(url, token)
    server = mcp_server(upstream)
    try:
        async with mcp.server.stdio.stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())
    except* BrokenPipeError:
        pass  # the host has gone without a word
    finally:
        await upstream.close()
