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
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.answer import Silence
from mjsim_contracts.receiver.asking import Asking
from mjsim_contracts.receiver.battery import Battery
from mjsim_contracts.receiver.bench import Bench, Scheme
from mjsim_contracts.receiver.dialect import Dialect
from mjsim_contracts.receiver.dialects import DIALECTS
from mjsim_contracts.receiver.effects import Effects
from mjsim_contracts.receiver.exam import Exam
from mjsim_contracts.receiver.findings import report_on
from mjsim_contracts.receiver.passthrough import PassThrough, pass_through
from mjsim_contracts.receiver.secret import Unfit
from mjsim_contracts.receiver.simulator import Api, simulator
from mjsim_contracts.receiver.stock import Stock
from mjsim_contracts.receiver.target import Target, read_target
from mjsim_contracts.receiver.wire import TIMEOUT, Wire
from mjsim_contracts.report.model import Case, Report

_BEFORE = 3
"""Jobs that are told of before the first exam: on the happy path, and to find out which signature counts."""

_PATIENCE, _PATIENCE_WITH_OTHERS = 60.0, 120.0
"""Seconds in which jobs have ended: at our own simulator, however busy the machine, and at an API of somebody else's."""


@dataclass(frozen=True, slots=True)
class ReceiverCheck:
    """What is checked, and how.

    `api` names the API that tells the receiver of jobs, midjourney or tasks. `webhook_type` and `scheme` are of the
    published API alone: which news the receiver is told, progress (None) or result, as in the contract; and which
    signature it checks, standard, hex, both or either; None finds out. `api_url` and `api_key` name an API whose jobs are
    told of; without them a simulator is started. The receiver may ask for jobs at `api_port` of 127.0.0.1 (0: a free one,
    which `progress` is told), whatever key it shows there. `probe` is a command or URL, as `probe.py` describes.
    `former_secret` is one that the receiver must not accept any more. `profile` is quick, default or full, and the last
    two are the same; `only` chooses exams whose ids begin so, of whatever profile. `seed` is that of the simulator; None
    takes one at random, so that no job is met twice. A delivery is given up after `timeout` seconds, and no exam begins
    when `seconds` are over. `progress` is told of everything in a line each.

    An `insecure` receiver checks no signature, so it needs no `secret` either.
    """

    url: str
    secret: str
    api: str = "midjourney"
    webhook_type: str | None = None
    scheme: str | None = None
    insecure: bool = False
    probe: str | None = None
    former_secret: str | None = None
    api_url: str | None = None
    api_key: str | None = None
    api_port: int = 0
    only: Sequence[str] = ()
    profile: str = "default"
    seed: int | None = None
    timeout: float = TIMEOUT
    seconds: float = 150.0
    progress: Callable[[str], None] = lambda _line: None
    told: Callable[[Case], None] = lambda _case: None

    def run(self) -> Report:
        """The verdict on the receiver; by then all that the check has started is gone."""
        target, dialect = read_target(self.url), self._dialect()
        exams, read_key = self._exams(dialect), dialect.news.signing.read_key
        key = b"" if self.insecure and not self.secret else read_key(self.secret, "--secret")
        former = read_key(self.former_secret, "--former-secret") if self.former_secret else None
        if (self.api_url is None) is not (self.api_key is None):
            raise Unfit("--api-url and --key belong together")
        try:
            return asyncio.run(self._judge(dialect, target, key, former, exams))
        except asyncio.CancelledError as error:
            raise CheckError("the check was ended before it had a verdict") from error

    def _dialect(self) -> Dialect:
        """The API, after a look at the options that not all of them have."""
        if self.api not in DIALECTS:
            raise Unfit(f"--api has to be {' or '.join(DIALECTS)}, not {self.api!r}")
        dialect = DIALECTS[self.api]
        for option, value, known in (
            ("--webhook-type", self.webhook_type, dialect.webhook_types),
            ("--scheme", self.scheme, dialect.schemes),
        ):
            if value is not None and not known:
                raise Unfit(f"--api {self.api} has no {option}")
            if value is not None and value not in known:
                raise Unfit(f"{option} has to be {_one_of(known)}, not {value!r}")
        return dialect

    def _exams(self, dialect: Dialect) -> tuple[Exam, ...]:
        chosen = dialect.syllabus.chosen(self.profile, tuple(self.only))
        if not chosen:
            first = dialect.syllabus.exams[0].id
            raise Unfit(f"no case has an id that begins with {', '.join(self.only)}; the first is {first}")
        return chosen

    @property
    def _progress_is_told(self) -> bool:
        return self.webhook_type in {None, "progress"}

    async def _judge(
        self, dialect: Dialect, target: Target, key: bytes, former: bytes | None, exams: tuple[Exam, ...]
    ) -> Report:
        start, seed = time.perf_counter(), random.getrandbits(31) if self.seed is None else self.seed
        _end_with_this_process()
        await _reach(target)
        async with AsyncExitStack() as stack:
            passing, stock = await self._jobs(stack, dialect, exams, seed)
            effects = Effects(self.probe, passing.session, passing)
            await effects.reading()
            bench = Bench(dialect.news, Wire(target, key, self.timeout), stock, passing, effects, former_key=former)
            cases = await Battery(
                dialect,
                bench,
                exams,
                scheme=Scheme(self.scheme) if self.scheme else None,
                progress=self._progress_is_told,
                insecure=self.insecure,
                seconds=self.seconds,
                told=self.told,
            ).run()
            report = report_on(bench, cases, seed, time.perf_counter() - start, insecure=self.insecure)
            caution = (dialect.caution,) if dialect.caution else ()
            return replace(report, profile=self.profile, headline=(*report.headline, *caution))

    async def _jobs(
        self, stack: AsyncExitStack, dialect: Dialect, exams: tuple[Exam, ...], seed: int
    ) -> tuple[PassThrough, Stock]:
        """The API as the receiver sees it, and jobs that are to be told of; they last as long as the stack."""
        number = sum(exam.jobs for exam in exams) + _BEFORE
        if self.api_url is None or self.api_key is None:
            options = dialect.options(self._progress_is_told and any(exam.progress for exam in exams))
            api, patience = await stack.enter_async_context(simulator(seed, options)), _PATIENCE
        else:
            api, patience = Api(self.api_url.rstrip("/"), self.api_key), _PATIENCE_WITH_OTHERS
        passing = await stack.enter_async_context(pass_through(api, self.api_port, dialect.refusals))
        self.progress(f"The API for the receiver: MIDJOURNEY_BASE_URL={passing.url} MIDJOURNEY_TOKEN={api.key}")
        host = urlsplit(passing.url).netloc if self.api_url is None else None
        return passing, await dialect.make(Asking(passing.session, api, host)).stock(number, patience)


def _one_of(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


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
