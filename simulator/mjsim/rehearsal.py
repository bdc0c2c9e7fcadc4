"""What a test is given: a tenant of its own at a simulator, and everything that can be done to its world."""

from collections.abc import Sequence

from mjsim.client import Control
from mjsim.core.chance import digest
from mjsim.core.error import ControlError
from mjsim.core.tenant import PREFIX
from mjsim.launch import Launched
from mjsim.lines import aligned
from mjsim.replay.exchange import row
from mjsim.replay.recording import Recording, record

USUAL = ("--clock=manual", "--step=1s", "--seed=1")
"""Time goes by a second at each request of the API: clients that poll come to an end, and each run is the same."""

_SHOWN = 20
"""How many exchanges a failed test shows; its recording holds them all."""


class Tenant:
    """A key with jobs, faults and a journal of its own. The clock is the simulator's, and so this worker's."""

    def __init__(self, simulator: Control, token: str) -> None:
        control = simulator.of(token)
        self.token = token
        self.base_url = simulator.url
        self.control_url = simulator.url
        self.clock = control.clock
        self.jobs = control.jobs
        self.faults = control.faults
        self.journal = control.journal
        self.webhooks = control.webhooks
        self._simulator = simulator
        self.forget()
        self._since = control.journal.last_number()

    @property
    def headers(self) -> dict[str, str]:
        """What a client sends to be this tenant."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def environment(self) -> dict[str, str]:
        """The variables in which clients look for the API, and the command `mjsim` for its simulator."""
        return {
            "MIDJOURNEY_BASE_URL": self.base_url,
            "MIDJOURNEY_TOKEN": self.token,
            "MJSIM_CONTROL_URL": self.control_url,
        }

    def recording(self) -> Recording:
        """Everything that reproduces what this tenant has seen, for `mjsim replay`."""
        return record(self._simulator, self.token, self._since)

    def forget(self) -> None:
        """Leave nothing behind."""
        self._simulator.of(self.token).reset()


class Stage:
    """A simulator of this process's own, started with `options` of `mjsim serve`."""

    def __init__(self, options: Sequence[str]) -> None:
        self._launched = Launched(["--port=0", *USUAL, *options, "--port=0"])
        self.url = self._launched.url
        self.seed = self._launched.seed
        self.control = Control(self.url)
        try:
            self._usual = self.control.clock.show()
        except ControlError:
            self._launched.stop()
            raise

    def tenant(self, test: str) -> Tenant:
        """The tenant of a test, always the same for the same test; it finds nothing, and the clock as it was started."""
        clock, usual = self.control.clock, self._usual
        state = clock.show()
        if state["rate"] != usual["rate"]:
            clock.run_at(usual["rate"])
        if state["step"] != usual["step"]:
            clock.step(f"{usual['step']}ms")
        return Tenant(self.control, token_of(test))

    def stop(self) -> None:
        """End it."""
        self._launched.stop()


class Stages:
    """Simulators by the options that they were started with; each is started when it is first asked for."""

    def __init__(self, options: Sequence[str]) -> None:
        self._options = tuple(options)
        self._stages: dict[tuple[str, ...], Stage] = {}

    def get(self, options: Sequence[str] = ()) -> Stage:
        """The one with these options beside those of the session; `SettingsError` where they are unfit."""
        key = tuple(options)
        if key not in self._stages:
            self._stages[key] = Stage([*self._options, *key])
        return self._stages[key]

    def stop(self) -> None:
        """End them all."""
        for stage in self._stages.values():
            stage.stop()


def token_of(test: str) -> str:
    """A key for a test: short enough to be its own tenant's name, and no other test's."""
    name = test.rpartition("::")[2]
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)
    return f"{PREFIX}{plain[:40].strip('-')}-{digest('test', test).hex()[:8]}"


def recording_name(test: str) -> str:
    """The name of a test's recording."""
    return f"{token_of(test).removeprefix(PREFIX)}.json"


def told(recording: Recording) -> str:
    """The latest exchanges, a line each."""
    entries = recording.entries
    left = len(entries) - _SHOWN
    more = [f"({left} more before these)"] if left > 0 else []
    return "\n".join([*more, *aligned([row(entry) for entry in entries[-_SHOWN:]])]) or "(nothing was asked)"
