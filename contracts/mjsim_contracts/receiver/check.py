"""A webhook receiver is judged by a battery of deliveries about real jobs, each with its expected answer.

Errors: CheckError where no verdict could be reached, Unfit (a CheckError) where an argument is no such thing.
"""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.answer import Silence
from mjsim_contracts.receiver.battery import EXAMS, Battery
from mjsim_contracts.receiver.bench import Bench, Scheme
from mjsim_contracts.receiver.effects import Effects
from mjsim_contracts.receiver.exam import Exam
from mjsim_contracts.receiver.findings import report_on
from mjsim_contracts.receiver.passthrough import PassThrough, pass_through
from mjsim_contracts.receiver.secret import Unfit, signing_key
from mjsim_contracts.receiver.simulator import Api, simulator
from mjsim_contracts.receiver.stock import Maker, Stock
from mjsim_contracts.receiver.target import Target, read_target
from mjsim_contracts.receiver.wire import TIMEOUT, Wire
from mjsim_contracts.report.model import Case, Report

_SPARE = 8
_FAILURES = 1.4
"""Of so many jobs at least one each completes: the others fail."""

_PATIENCE, _PATIENCE_WITH_OTHERS = 20.0, 120.0
"""Seconds in which jobs have ended: at our own simulator, and at an API that somebody else runs."""


@dataclass(frozen=True, slots=True)
class ReceiverCheck:
    """What is checked, and how.

    `api_url` and `api_key` name an API whose jobs are told of; without them a simulator is started. The receiver may ask
    for jobs at `api_port` of 127.0.0.1 (0: a free one, which `progress` is told), whatever key it shows there.
    `webhook_type` is progress or result, as in the contract: which news the receiver is told. `scheme` is standard, hex,
    both or either; None finds out. `probe` is a command or URL, as `probe.py` describes. `former_secret` is one that the
    receiver must not accept any more. `only` limits the check to exams whose ids begin so. `progress` is told of
    everything in a line each. `seed` is that of the simulator; None takes one at random, so that no job is met twice.
    A delivery is given up after `timeout` seconds, and no exam begins when `seconds` are over.
    """

    url: str
    secret: str
    webhook_type: str = "progress"
    scheme: str | None = None
    insecure: bool = False
    probe: str | None = None
    former_secret: str | None = None
    api_url: str | None = None
    api_key: str | None = None
    api_port: int = 0
    only: Sequence[str] = ()
    seed: int | None = None
    timeout: float = TIMEOUT
    seconds: float = 150.0
    progress: Callable[[str], None] = lambda _line: None
    told: Callable[[Case], None] = lambda _case: None

    def run(self) -> Report:
        """The verdict on the receiver; by then all that the check has started is gone."""
        target, exams = read_target(self.url), self._exams()
        key = signing_key(self.secret)
        former = signing_key(self.former_secret, "--former-secret") if self.former_secret else None
        if self.webhook_type not in {"progress", "result"}:
            raise Unfit(f"--webhook-type has to be progress or result, not {self.webhook_type!r}")
        if self.scheme is not None and self.scheme not in set(Scheme) - {Scheme.NONE}:
            raise Unfit(f"--scheme has to be standard, hex, both or either, not {self.scheme!r}")
        if (self.api_url is None) is not (self.api_key is None):
            raise Unfit("--api and --key belong together")
        try:
            return asyncio.run(self._judge(target, key, former, exams))
        except asyncio.CancelledError as error:
            raise CheckError("the check was ended before it had a verdict") from error

    def _exams(self) -> tuple[Exam, ...]:
        chosen = tuple(exam for exam in EXAMS if not self.only or exam.id.startswith(tuple(self.only)))
        if not chosen:
            raise Unfit(f"no case has an id that begins with {', '.join(self.only)}; the first is {EXAMS[0].id}")
        return chosen

    async def _judge(self, target: Target, key: bytes, former: bytes | None, exams: tuple[Exam, ...]) -> Report:
        start, seed = time.perf_counter(), random.getrandbits(31) if self.seed is None else self.seed
        _end_with_this_process()
        await _reach(target)
        async with AsyncExitStack() as stack:
            passing, stock = await self._jobs(stack, exams, seed)
            effects = Effects(self.probe, passing.session, passing)
            await effects.reading()
            bench = Bench(Wire(target, key, self.timeout), stock, passing, effects, former_key=former)
            cases = await Battery(
                bench,
                exams,
                scheme=Scheme(self.scheme) if self.scheme else None,
                progress=self.webhook_type == "progress",
                insecure=self.insecure,
                seconds=self.seconds,
                told=self.told,
            ).run()
            return report_on(bench, cases, seed, time.perf_counter() - start, insecure=self.insecure)

    async def _jobs(self, stack: AsyncExitStack, exams: tuple[Exam, ...], seed: int) -> tuple[PassThrough, Stock]:
        """The API as the receiver sees it, and jobs that are to be told of; they last as long as the stack."""
        number = int(sum(exam.jobs for exam in exams) * _FAILURES) + _SPARE
        if self.api_url is None or self.api_key is None:
            api, patience = await stack.enter_async_context(simulator(seed)), _PATIENCE
        else:
            api, patience = Api(self.api_url.rstrip("/"), self.api_key), _PATIENCE_WITH_OTHERS
        passing = await stack.enter_async_context(pass_through(api, self.api_port))
        self.progress(f"The API for the receiver: MIDJOURNEY_BASE_URL={passing.url} MIDJOURNEY_TOKEN={api.key}")
        host = urlsplit(passing.url).netloc if self.api_url is None else None
        return passing, await Maker(passing.session, api, host).stock(number, patience)


def _end_with_this_process() -> None:
    """Where signals can be caught, SIGTERM ends the check as Ctrl-C does: with all that it has started."""
    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(RuntimeError, ValueError, NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _reach(target: Target) -> None:
    """CheckError where nothing listens; nothing is sent."""
    try:
        async with asyncio.timeout(10):
            _, writer = await asyncio.open_connection(target.host, target.port, ssl=target.tls)
    except TimeoutError as error:
        raise CheckError(f"{target.url} cannot be reached: no connection within 10 s") from error
    except OSError as error:
        reason = Silence.REFUSED if isinstance(error, ConnectionRefusedError) else error.strerror or error
        raise CheckError(f"{target.url} cannot be reached: {reason}") from error
    writer.close()
