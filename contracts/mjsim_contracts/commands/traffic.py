"""`mjsim check traffic FILE` and `mjsim proxy --to URL`: traffic that was recorded, or passes through, is judged."""

import asyncio
import signal
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mjsim_contracts.commands import Check, Command
from mjsim_contracts.commands.api import add_api_option
from mjsim_contracts.contract import document_of
from mjsim_contracts.progress import Progress
from mjsim_contracts.report.model import Report

if TYPE_CHECKING:
    from mjsim_contracts.traffic.pass_through import PassThrough

_OF_TRAFFIC = """examples:
  mjsim check traffic session.har                       an archive (HAR 1.2), as browsers and proxies write it
  mjsim check traffic --api tasks session.har           of the task API
"""

_OF_PROXY = """examples:
  mjsim proxy --to https://api.example.com              pass everything on, and show the verdict when it ends
  mjsim proxy --to URL --port 8080 --har session.har    and keep the traffic, without keys
"""


def _add_traffic(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--rules", action="store_true", help="list what requests are held to, and why (with --json: for programs)"
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the recording: an archive (HAR 1.2)")
    add_api_option(parser, "the API that was recorded")


def _build_traffic(given: Namespace, _progress: Progress) -> Check:
    from mjsim_contracts.dialect.table import DIALECTS
    from mjsim_contracts.traffic.check import TrafficCheck

    return TrafficCheck(given.file, document_of(given.api), DIALECTS[given.api])


def _add_proxy(parser: ArgumentParser) -> None:
    parser.add_argument("--to", required=True, metavar="URL", help="the API that everything is passed on to")
    add_api_option(parser, "which API that is")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--har", type=Path, metavar="FILE", help="write the traffic to FILE in the end, keys left out")


def _build_proxy(given: Namespace, _progress: Progress) -> Check:
    from mjsim_contracts.dialect.table import DIALECTS
    from mjsim_contracts.traffic.pass_through import PassThrough

    contract, dialect = document_of(given.api), DIALECTS[given.api]
    return _Serving(PassThrough(given.to, contract, given.host, given.port, given.har, dialect))


@dataclass(frozen=True, slots=True)
class _Serving:
    """Serves until Ctrl-C or SIGTERM, which here is how it comes to its report."""

    proxy: "PassThrough"

    def run(self) -> Report:
        return asyncio.run(self._serve())

    async def _serve(self) -> Report:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await self.proxy.serve(_say)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


TRAFFIC = Command("traffic", "judge recorded requests of a client", _OF_TRAFFIC, _add_traffic, _build_traffic)
PROXY = Command("proxy", "pass requests on to an API, and judge them", _OF_PROXY, _add_proxy, _build_proxy)
