"""The command line: `mjsim serve`, `mjsim health`, and on to the contract tests for `mjsim check`.

Exit codes: 0 done, 1 not healthy, 2 a setting is unfit; those of a check are its own.
"""

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
from mjsim.settings import OPTIONS, TOKEN_VARIABLE, Settings, resolve

_EXAMPLES = f"""examples:
  mjsim serve                                  on 127.0.0.1:8080, jobs take about 5 s
  mjsim serve --port 0 --pace instant          a free port; jobs are done at once
  mjsim serve --seed 7 --failure-rate 0.2      the same world each time; one job in five fails
  mjsim serve --data mjsim.db                  everything survives a restart
  mjsim serve --plan basic --rate-limit 10/60s the limits of a small account
  mjsim health                                 exit code 0 when the server is up
  mjsim check server http://127.0.0.1:8080     does it keep the contract?

Every option can also be a variable (--log-format is MJSIM_LOG_FORMAT) or stand in a TOML file (log-format = "json").
Any key of the form sim-<anything> is accepted, and each has jobs of its own; {TOKEN_VARIABLE} names one more.
"""

_OF_THE_JUDGE = frozenset({"check"})
"""The commands of mjsim_contracts, which reads what follows them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words and words[0] in _OF_THE_JUDGE:
        from mjsim_contracts.cli import main as judge

        return judge(words)
    parser = _parser()
    given, unknown = parser.parse_known_args(words)
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
        action = "append" if option.repeated else "store"
        serve.add_argument(option.flag, dest=option.name, action=action, metavar=option.metavar, help=option.help)
    serve.set_defaults(run=_serve)
    health = commands.add_parser("health", help="ask a running simulator whether it is up")
    health.add_argument("--url", help="its base URL (default: where the settings say that it listens)")
    health.add_argument("--config", type=Path, metavar="FILE", help="the TOML file that the simulator was started with")
    health.set_defaults(run=_health)
    commands.add_parser("check", help="judge a server by the contract (needs mjsim[contracts])")
    return parser


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
    simulator = Simulator(settings)
    try:
        await simulator.start()
        print(_greeting(simulator), flush=True)
        _spare_the_collector()
        await stopped.wait()
    finally:
        await simulator.stop()


def _spare_the_collector() -> None:
    """What start-up has made stays for good: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def _greeting(simulator: "Simulator") -> str:  # type: ignore[name-defined]  # noqa: F821
    """What a newcomer needs next, or one line of JSON."""
    settings, url, key = simulator.settings, simulator.url, simulator.settings.ready_key
    if settings.log_format == "json":
        return json.dumps({"event": "ready", "url": url, "key": key, "seed": simulator.seed, "version": __version__})
    bearer = shlex.quote(f"Authorization: Bearer {key}")
    return f"""mjsim {__version__} is ready.

  API        {url}/v1
  Reference  {url}/docs
  Key        {key}   (any sim-<name> works, each with jobs of its own)
  Seed       {simulator.seed}   (--seed {simulator.seed} gives the same world again)

Try it:
  curl -s {url}/v1/imagine -H {bearer} \\
    -H 'Content-Type: application/json' -d '{{"prompt": "a lighthouse at dusk --ar 16:9"}}'

Then ask for the job, with the job_id of the answer:
  curl -s {url}/v1/jobs/JOB_ID -H {bearer}

Ctrl-C stops it."""


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
