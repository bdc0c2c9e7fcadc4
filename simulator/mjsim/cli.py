"""The command line: `mjsim serve` and `mjsim health`. Exit codes: 0 done, 1 not healthy, 2 a setting is unfit."""

import argparse
import asyncio
import gc
import json
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from mjsim import __version__
from mjsim.core.error import SettingsError
from mjsim.core.webhook import DEVELOPMENT_SECRET
from mjsim.mcp.command import add_command, serve_beside
from mjsim.settings import OPTIONS, TOKEN_VARIABLE, Option, Settings, resolve

_EXAMPLES = f"""examples:
  mjsim serve                                  on 127.0.0.1:8080, jobs take about 5 s
  mjsim serve --port 0 --pace instant          a free port; jobs are done at once
  mjsim serve --seed 7 --failure-rate 0.2      the same world each time; one job in five fails
  mjsim serve --data mjsim.db                  everything survives a restart
  mjsim serve --plan basic --rate-limit 10/60s the limits of a small account
  mjsim serve --scenario evening.yaml          settings and faults from a file
  mjsim health                                 exit code 0 when the server is up

Every option can also be a variable (--log-format is MJSIM_LOG_FORMAT) or stand in a TOML file (log-format = "json").
Any key of the form sim-<anything> is accepted, and each has jobs of its own; {TOKEN_VARIABLE} names one more.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    parser = _parser()
    given, unknown = parser.parse_known_args(arguments)
    if given.command is None and not unknown:
        parser.print_help()
        return 2
    try:
        if unknown:
            raise SettingsError(_unknown(unknown[0], given.command))
        code: int = given.run(given)
    except SettingsError as error:
        print(f"mjsim: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    description = "A local simulator of the Midjourney image-generation API."
    parser = argparse.ArgumentParser(prog="mjsim", description=description, epilog=_EXAMPLES, formatter_class=raw)
    parser.add_argument("--version", action="version", version=f"mjsim {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    serve = commands.add_parser(
        "serve", help="start the simulator", epilog=_EXAMPLES, formatter_class=raw, allow_abbrev=False
    )
    serve.add_argument("--config", type=Path, metavar="FILE", help="read settings from this TOML file")
    for option in OPTIONS:
        _add(serve, option)
    serve.set_defaults(run=_serve)
    health = commands.add_parser("health", help="ask a running simulator whether it is up")
    health.add_argument("--url", help="its base URL (default: where the settings say that it listens)")
    health.add_argument("--config", type=Path, metavar="FILE", help="the TOML file that the simulator was started with")
    health.set_defaults(run=_health)
    add_command(commands)
    return parser


def _add(parser: argparse.ArgumentParser, option: Option) -> None:
    """Make a flag of a setting; that of a switch may go without a value."""
    name, metavar = option.name, option.metavar
    if option.switch:
        parser.add_argument(option.flag, dest=name, nargs="?", const="true", metavar=metavar, help=option.help)
    else:
        action = "append" if option.repeated else "store"
        parser.add_argument(option.flag, dest=name, action=action, metavar=metavar, help=option.help)


def _unknown(argument: str, command: str | None) -> str:
    """What to say of an argument that is not known: the nearest one that is, or where they are listed."""
    from difflib import get_close_matches

    known = [option.flag for option in OPTIONS] if command == "serve" else []
    close = get_close_matches(argument.partition("=")[0], known, n=1)
    where = " ".join(["mjsim", *([command] if command else []), "--help"])
    return f"{argument!r} is not understood. " + (f"Did you mean {close[0]}?" if close else f"{where} lists what is.")


def _settings(given: argparse.Namespace) -> Settings:
    config = given.config or (Path(found) if (found := os.environ.get("MJSIM_CONFIG")) else None)
    return resolve(vars(given), os.environ, config)


def _serve(given: argparse.Namespace) -> int:
    settings = _settings(given)
    asyncio.run(_serve_until_stopped(settings))
    return 0


async def _serve_until_stopped(settings: Settings) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    from mjsim.log import log_to_stderr
    from mjsim.simulator import Simulator

    log_to_stderr(as_json=settings.log_format == "json")
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    simulator, tools = Simulator(settings), None
    try:
        await simulator.start()
        tools = await serve_beside(settings, simulator.url)
        print(_greeting(simulator, tools.url if tools else None), flush=True)
        _spare_the_collector()
        await stopped.wait()
    finally:
        if tools:
            await tools.stop()
        await simulator.stop()


def _spare_the_collector() -> None:
    """What start-up has made stays for good: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _greeting(simulator: "Simulator", tools: str | None) -> str:  # type: ignore[name-defined]  # noqa: F821
    """What a newcomer needs next, or one line of JSON."""
    settings, url, key = simulator.settings, simulator.url, simulator.settings.ready_key
    if settings.log_format == "json":
        ready = {"event": "ready", "url": url, "key": key, "seed": simulator.seed, "version": __version__}
        secret = {} if settings.webhook_secret else {"webhook_secret": DEVELOPMENT_SECRET.text}
        return json.dumps(ready | secret | ({"mcp": tools} if tools else {}))
    bearer = shlex.quote(f"Authorization: Bearer {key}")
    mcp = f"\n  MCP        {tools}" if tools else ""
    return f"""mjsim {__version__} is ready.

  API        {url}/v1{mcp}
  Reference  {url}/docs
  Key        {key}   (any sim-<name> works, each with jobs of its own)
  Seed       {simulator.seed}   (--seed {simulator.seed} gives the same world again)
  Webhooks   {_signing(settings)}

Try it:
  curl -s {url}/v1/imagine -H {bearer} \\
    -H 'Content-Type: application/json' -d '{{"prompt": "a lighthouse at dusk --ar 16:9"}}'

Then ask for the job, with the job_id of the answer:
  curl -s {url}/v1/jobs/JOB_ID -H {bearer}

Ctrl-C stops it."""


def _signing(settings: Settings) -> str:
    """What a receiver verifies webhooks with; secrets that were given stay secret."""
    if number := len(settings.webhook_secret):
        return f"signed with {'the secret that was' if number == 1 else f'the {number} secrets that were'} given"
    return f"secret {DEVELOPMENT_SECRET.text}   (for development; --webhook-secret sets your own)"


def _health(given: argparse.Namespace) -> int:
    from http.client import HTTPException
    from urllib.request import ProxyHandler, build_opener

    settings = _settings(given)
    url = given.url or f"http://{settings.reachable_host}:{settings.port}"
    try:
        # Straight to the address: a proxy that the environment names knows nothing of this machine.
        with build_opener(ProxyHandler({})).open(url.rstrip("/") + "/_sim/health", timeout=5) as answer:
            print(answer.read().decode())
            return 0
    except (OSError, ValueError, HTTPException) as error:
        reason = " ".join(str(getattr(error, "reason", error)).split())
        print(f"mjsim: {url} is not healthy: {reason}", file=sys.stderr)
        return 1
