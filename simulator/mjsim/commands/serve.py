"""`mjsim serve`: a simulator until Ctrl-C, SIGTERM, or the end of whoever started it."""

import argparse
import asyncio
import gc
import json
import logging
import os
import shlex
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from mjsim import __version__
from mjsim.commands.options import URL_VARIABLE, add_settings, settings_of
from mjsim.commands.parser import Parser
from mjsim.core.webhook import DEVELOPMENT_SECRET
from mjsim.lines import counted
from mjsim.mcp.beside import serve_beside
from mjsim.mcp.listener import is_installed
from mjsim.settings import TOKEN_VARIABLE, Settings, misspelled

if TYPE_CHECKING:
    from mjsim.simulator import Simulator

log = logging.getLogger("mjsim")

EXAMPLES = f"""examples:
  mjsim serve                                  on 127.0.0.1:8080, jobs take about 5 s
  mjsim serve --port 0 --pace instant          a free port; jobs are done at once
  mjsim serve --seed 7 --failure-rate 0.2      the same world each time; one job in five fails
  mjsim serve --clock manual                   time stands still until `mjsim clock advance 60s`
  mjsim serve --rate 60                        a minute passes in a second
  mjsim serve --data mjsim.db                  everything survives a restart
  mjsim serve --plan basic --rate-limit 10/60s the limits of a small account
  mjsim serve --scenario evening.yaml          settings and faults from a file

Every option can also be a variable (--log-format is MJSIM_LOG_FORMAT) or stand in a TOML file (log-format = "json").
Any key of the form sim-<anything> is accepted, and each has jobs of its own; {TOKEN_VARIABLE} names one more.
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    add_settings(parser)
    parser.add_argument(
        "--attached", action="store_true", help="stop when standard input ends: for programs that start a simulator"
    )


def run(given: argparse.Namespace) -> int:
    """Serve; 0 once it has been stopped."""
    gc.disable()  # until it is ready: nearly all that start-up makes stays
    try:
        asyncio.run(_serve(settings_of(given), attached=given.attached))
    finally:
        gc.enable()
    return 0


async def _serve(settings: Settings, attached: bool) -> None:
    _load_server()
    from mjsim.log import log_to
    from mjsim.simulator import Simulator

    log_to(sys.stderr, as_json=settings.log_format == "json")
    for line in misspelled(os.environ):
        log.warning(line)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    simulator, tools = Simulator(settings), None
    try:
        await simulator.start()
        tools = await serve_beside(settings, simulator.url)
        print(_greeting(simulator, tools.url if tools else None, *await simulator.kept()), flush=True)
        _spare_the_collector()
        if attached:
            await _stop_with_input(stopped)
        await stopped.wait()
    finally:
        if tools:
            await tools.stop()
        await simulator.stop()


async def _stop_with_input(stopped: asyncio.Event) -> None:
    """Standard input ends with the process at its other end, however that dies."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            stopped.set()

    try:
        loop.add_reader(0, read)
    except OSError:  # a file or /dev/null, which cannot be waited for: it has ended
        stopped.set()


def _load_server() -> None:
    """Load what speaks HTTP. It leaves half a megabyte of garbage behind, in whose place our own modules go; for that, what
    was there before need not be walked through.
    """
    gc.freeze()
    import_module("mjsim.web.http")
    gc.collect()


def _spare_the_collector() -> None:
    """What start-up has made stays for good: the collector need not walk through it again and again, nor once before the
    first answer.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 20, 20)


def _greeting(simulator: "Simulator", tools: str | None, jobs: int, expired: int) -> str:
    """What a newcomer needs next, or one line of JSON."""
    settings, url, key, seed = simulator.settings, simulator.url, simulator.settings.ready_key, simulator.seed
    if settings.log_format == "json":
        ready = {"event": "ready", "url": url, "key": key, "seed": seed, "version": __version__}
        secret = {} if settings.webhook_secret else {"webhook_secret": DEVELOPMENT_SECRET.text}
        data = {"data": str(settings.data), "jobs": jobs, "expired": expired} if settings.data else {}
        return json.dumps(ready | secret | data | ({"mcp": tools} if tools else {}))
    bearer = shlex.quote(f"Authorization: Bearer {key}")
    return f"""mjsim {__version__} is ready.

  API        {url}/v1{_mcp(settings, tools)}
  Task API   {url}/api/v1/mj
  Reference  {url}/docs
  Key        {key}   (any sim-<name> works, each with jobs of its own)
  Seed       {seed}   (--seed {seed} gives the same world again){_pace(settings)}{_file(settings, jobs, expired)}
  Webhooks   {_signing(settings)}

Try it:
  curl -s {url}/v1/imagine -H {bearer} \\
    -H 'Content-Type: application/json' -d '{{"prompt": "a lighthouse at dusk --ar 16:9"}}'

Then ask for the job, with the job_id of the answer:
  curl -s {url}/v1/jobs/JOB_ID -H {bearer}
{_directing(url)}
Ctrl-C stops it."""


def _mcp(settings: Settings, tools: str | None) -> str:
    """Where MCP is, or what it lacks; who looks for it at 9090 should not have to guess."""
    if tools is None and (settings.no_mcp or is_installed()):
        return ""
    told = tools or "not installed   (pip install 'mjsim[mcp]' brings it)"
    return f"\n  MCP        {told}"


def _pace(settings: Settings) -> str:
    """How time goes where it is not real, for a job that stays pending puzzles who does not know."""
    still = settings.clock == "manual"
    goes = "real time" if settings.rate == 1 else f"{settings.rate:g} simulated seconds to a real one"
    if settings.step:
        told = f"{'stands still, but for' if still else f'{goes}, and'} {settings.step} ms at each API request"
    else:
        told = "stands still   (mjsim clock advance 60s moves it)" if still else goes
    return "" if told == "real time" else f"\n  Clock      {told}"


def _file(settings: Settings, jobs: int, expired: int) -> str:
    """What the data file holds; jobs that are missing without a word look like a loss."""
    if settings.data is None:
        return ""
    gone = f"; {expired} of them expired: {'it was' if expired == 1 else 'they were'} accepted more than 15 days ago"
    return f"\n  Data       {settings.data}   ({counted(jobs, 'job')}{gone if expired else ''})"


def _directing(url: str) -> str:
    """What other commands have to be told, where they do not look by themselves."""
    if url == f"http://{Settings().reachable_host}:{Settings().port}":
        return ""
    return f"\nFor mjsim clock, jobs, webhooks and the others, in another terminal:\n  export {URL_VARIABLE}={url}\n"


def _signing(settings: Settings) -> str:
    """What a receiver verifies webhooks with; secrets that were given stay secret."""
    if number := len(settings.webhook_secret):
        return f"signed with {'the secret that was' if number == 1 else f'the {number} secrets that were'} given"
    return f"secret {DEVELOPMENT_SECRET.text}   (for development; --webhook-secret sets your own)"
