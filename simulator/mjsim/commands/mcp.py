"""`mjsim mcp`: the API as MCP tools, in front of any server of it."""

import argparse
import asyncio
import os
import signal
import sys
from typing import Any

from mjsim import __version__
from mjsim.commands.parser import Parser
from mjsim.core.error import SettingsError
from mjsim.mcp.beside import MISSING, PORT
from mjsim.mcp.listener import McpListener, is_installed
from mjsim.option import OPTIONS
from mjsim.settings import DEMO_KEY, TOKEN_VARIABLE, resolve

SIMULATOR = "http://127.0.0.1:8080"

EXAMPLES = f"""examples:
  mjsim mcp                                    in front of the simulator on this machine
  mjsim mcp --to https://api.example.com       in front of another server of this API
  mjsim mcp --stdio                            for hosts that start their servers themselves

The key is taken from {TOKEN_VARIABLE}. A client that sends an Authorization header of its own is served with that.
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--to", default=SIMULATOR, metavar="URL", help=f"the API's base URL (default {SIMULATOR})")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", default=str(PORT), help=f"port to listen on (default {PORT}; 0 takes a free one)")
    parser.add_argument("--stdio", action="store_true", help="use standard input and output instead of a port")


def run(given: argparse.Namespace) -> int:
    """Serve; 0 once it has been stopped."""
    from mjsim.log import log_to

    url = _fit("public_base_url", "--to", given.to).rstrip("/")
    host, port = _fit("host", "--host", given.host), _fit("port", "--port", given.port)
    token = resolve({}, os.environ, None).token
    if not is_installed():
        raise SettingsError(MISSING)
    log_to(sys.stderr, as_json=False)
    if given.stdio:
        from mjsim.mcp.stdio import serve_stdio

        asyncio.run(serve_stdio(url, token or DEMO_KEY))
    else:
        key = f"from {TOKEN_VARIABLE}" if token else DEMO_KEY
        asyncio.run(_serve_until_stopped(McpListener(url, token or DEMO_KEY, host, port), url, key))
    return 0


async def _serve_until_stopped(listener: McpListener, url: str, key: str) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await listener.start()
    try:
        print(_greeting(listener.url, url, key), flush=True)
        await stopped.wait()
    finally:
        await listener.stop()


def _greeting(address: str, url: str, key: str) -> str:
    return f"""mjsim {__version__} serves MCP.

  MCP        {address}
  API        {url}
  Key        {key}   (a client's own Authorization header goes first)

Ctrl-C stops it."""


def _fit(name: str, flag: str, text: str) -> Any:
    """The text as the setting of that name reads it; `SettingsError` names the flag."""
    option = next(option for option in OPTIONS if option.name == name)
    try:
        return option.read(text)
    except SettingsError as error:
        raise SettingsError(f"{flag} {error}, not {text[:60]!r}.") from error
