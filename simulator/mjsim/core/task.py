"""A task is a job in the words of the task API: what kind it is, how it was asked for, and what it costs if it succeeds.

Prices and names are facts of that API, but for `mj_upscale` and `mj_vary`, whose names were never seen.
"""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from mjsim.core.film import Film
from mjsim.core.pace import Mode
from mjsim.core.value import Frozen


class TaskType(StrEnum):
    """The kinds of task."""

    TXT2IMG = "mj_txt2img"
    IMG2IMG = "mj_img2img"
    STYLE = "mj_style_reference"
    OMNI = "mj_omni_reference"
    VIDEO = "mj_video"
    VIDEO_HD = "mj_video_hd"
    UPSCALE = "mj_upscale"
    VARY = "mj_vary"
    EXTEND_MANUAL = "mj_video_extend_manual"
    EXTEND_AUTO = "mj_video_extend_auto"

    @property
    def films(self) -> bool:
        """Whether its results are videos."""
        return self in {TaskType.VIDEO, TaskType.VIDEO_HD} or self.extends

    @property
    def extends(self) -> bool:
        """Whether it makes a video longer."""
        return self in {TaskType.EXTEND_MANUAL, TaskType.EXTEND_AUTO}


SPEEDS: Mapping[str, Mode] = {"relaxed": Mode.RELAX, "fast": Mode.FAST, "turbo": Mode.TURBO}
"""The process modes by their names in the task API."""

_PRICES = {Mode.RELAX: 3, Mode.FAST: 8, Mode.TURBO: 16}
_VIDEO_PRICE = 60


def price(task_type: TaskType, mode: Mode) -> int:
    """The credits that a task costs once it has succeeded; upscales and variations are free."""
    if task_type.films:
        return _VIDEO_PRICE
    return 0 if task_type in {TaskType.UPSCALE, TaskType.VARY} else _PRICES[mode]


class Task(Frozen):
    """What a job is beyond its `Work` where it was made through the task API.

    `param` is the request as its records repeat it, a text of compact JSON; `charge` is the price in credits;
    `watermark` is written across its pictures; `film` is there exactly where videos are made.
    """

    type: TaskType
    param: str
    charge: int
    watermark: str = ""
    film: Film | None = None


_FILLED_IN: Mapping[str, Any] = {"enableTranslation": True, "motion": "high", "videoBatchSize": 1}
"""What the service was seen to fill in where a request to generate leaves it out, whatever the kind of task."""


def generation_param(fields: Mapping[str, Any]) -> str:
    """How records repeat a request to generate."""
    return param_json({**_FILLED_IN, **fields})


def param_json(fields: Mapping[str, Any]) -> str:
    """The fields as compact JSON in alphabetical order."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


_TASK_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def task_id(job_id: str) -> str:
    """A job's id as the task API writes it: 32 digits, without hyphens."""
    return job_id.replace("-", "")


def job_id_of(text: str) -> str | None:
    """The canonical id of the job that a task's id means, with or without hyphens; None where it is no id."""
    digits = task_id(text.lower())
    if not _TASK_ID.fullmatch(digits):
        return None
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
