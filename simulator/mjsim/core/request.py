"""What a client asks for, once the contract has been checked: plain values, and one fingerprint for equal requests."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mjsim.core.chance import Key, digest
from mjsim.core.pace import Mode
from mjsim.core.prompt import Value
from mjsim.core.ratio import Size, parse_ratio


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a job's news goes; `type` is `progress` (every change) or `result` (completed and failed only)."""

    url: str
    type: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """The effective settings of a job. `extras` are flags that are carried along, as (name, value)."""

    aspect_ratio: str
    model_version: str
    process_mode: Mode
    quality: float
    stylize: int
    seed: int
    chaos: int = 0
    no: str | None = None
    extras: tuple[tuple[str, Value], ...] = ()

    def flags(self) -> str:
        """The settings as the flags of a prompt; what stands at its default is left out, the seed never is."""
        parts = [f"--ar {self.aspect_ratio}", f"--v {self.model_version}", f"--{self.process_mode}"]
        for flag, value, default in (
            ("q", self.quality, 1.0),
            ("s", self.stylize, 100),
            ("c", self.chaos, 0),
            ("no", self.no, None),
        ):
            if value != default:
                parts.append(f"--{flag} {_written(value)}")
        parts += [f"--{name}" if value is True else f"--{name} {_written(value)}" for name, value in self.extras]
        return " ".join([*parts, f"--seed {self.seed}"])


def _written(value: Value | None) -> str:
    """The value of a flag as a prompt writes it: without an exponent, without zeros that say nothing."""
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value}"


_DEFAULTS: Mapping[str, Value] = {
    "aspect_ratio": "1:1",
    "model_version": "7.0",
    "process_mode": "fast",
    "quality": 1.0,
    "stylize": 100,
    "chaos": 0,
}
"""What holds where neither a field nor a flag says otherwise. The contract names no default version: the newest."""

_NAMES = tuple(field.name for field in fields(Parameters) if field.name != "extras")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a request before the seed is drawn: explicit fields win over flags, flags over defaults.

    `mode` is the process mode among them, `size` the pixels of a single picture.
    """

    values: Mapping[str, Value]
    extras: tuple[tuple[str, Value], ...]
    mode: Mode
    size: Size

    def fingerprint(self) -> str:
        """Equal for settings that mean the same."""
        return repr(([self.values.get(name) for name in _NAMES], self.extras))

    def parameters(self, key: Key) -> Parameters:
        """The effective settings; a seed that was not given is drawn."""
        values: dict[str, Any] = {**self.values, "process_mode": self.mode, "extras": self.extras}
        if "seed" not in values:
            values["seed"] = key.integer("seed", below=1 << 32)
        return Parameters(**values)


def settings(explicit: Mapping[str, Value], flags: Mapping[str, Value]) -> Settings:
    """Merge the fields of a request with the flags of its prompt; `InvalidParameter` names a ratio that is unfit."""
    values = {**_DEFAULTS, **{name: v for name, v in flags.items() if name in _NAMES}, **explicit}
    ratio = parse_ratio(str(values["aspect_ratio"]), "aspect_ratio")
    values["aspect_ratio"] = str(ratio)
    extras = tuple(sorted((name, v) for name, v in flags.items() if name not in _NAMES))
    return Settings(values, extras, Mode(str(values["process_mode"])), ratio.size)


def fingerprint(*parts: object) -> str:
    """The same 16 hexadecimal digits for requests that ask for the same; where news goes is no part of it."""
    return digest(*(part if isinstance(part, str) else repr(part) for part in parts)).hex()
