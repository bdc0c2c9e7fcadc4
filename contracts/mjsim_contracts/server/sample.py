"""Requests that every server of the contract has to accept, for whichever part of the check needs a job."""

from collections.abc import Mapping
from typing import Any

from mjsim_contracts.exchange import Operation

ORANGE = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR42mO8VmHDgA0wMeAAg1MCADhtAZrHOoHAAAAAAElFTkSuQmCC"
BLUE = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFUlEQVR42mPUiFrAgA0wMeAAg1MCAObcATLmu10bAAAAAElFTkSuQmCC"
"""PNG files of 8 by 8 pixels, as base64."""

NOBODY = "99999999-9999-4999-8999-999999999999"
"""An id that no server gives."""

PATHS: Mapping[Operation, str] = {
    Operation.IMAGINE: "imagine",
    Operation.UPSCALE: "upscale",
    Operation.VARIATION: "variations",
    Operation.DESCRIBE: "describe",
    Operation.BLEND: "blend",
}
"""Below /v1, where each operation that creates a job is found."""

SETTINGS: Mapping[str, Any] = {
    "aspect_ratio": "16:9",
    "model_version": "6.1",
    "process_mode": "turbo",
    "quality": 0.5,
    "stylize": 250,
    "seed": 4294967295,
}
"""One value of each setting that a job shows, none of them the default."""

FLAGGED_PROMPT = "a lighthouse at noon --ar 3:2 --v 6.1 --q 0.5 --s 250"
FLAGS: Mapping[str, Any] = {"aspect_ratio": "3:2", "model_version": "6.1", "quality": 0.5, "stylize": 250}
"""The settings of that prompt, by the four flags that the contract names."""

LONG_PROMPT = "A naïve lighthouse at dawn 🦊, " + "far " * 991 + "there"
"""3999 characters, and 4000 to who counts as UTF-16 does: as many as the contract allows, and nothing that a server could
have reason to refuse or to rewrite.
"""

DESCRIBE: Mapping[str, Any] = {"image_base64": ORANGE}
BLEND: Mapping[str, Any] = {"images": [{"base64": ORANGE}, {"base64": BLUE}]}


def child(parent: str, index: int) -> dict[str, Any]:
    """The body that asks for an upscale or a variation."""
    return {"job_id": parent, "index": index}
