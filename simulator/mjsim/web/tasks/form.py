"""Requests are read as the real service reads them, or (lenient) as its documents and older clients write them.

Where the two differ: strict demands `speed` of pictures and `motion` of videos, which samples leave out, and counts the
pictures of `generateVary` from 0, as upscaling does, where older documents count them from 1; it refuses null, numbers
written as text, `"waterMark": false` and the speed `relax`, which public clients send.
"""

import re
from collections.abc import Mapping
from typing import Any

from mjsim import spec
from mjsim.core.error import InvalidRequest
from mjsim.core.film import Motion
from mjsim.core.image import ImageInput
from mjsim.core.order import Order, Request, Sequel
from mjsim.core.prompt import Value
from mjsim.core.task import SPEEDS, TaskType, generation_param, param_json
from mjsim.core.value import changed
from mjsim.web import http as web
from mjsim.web.body import read_json

_WITH_IMAGES = frozenset({TaskType.IMG2IMG, TaskType.STYLE, TaskType.OMNI, TaskType.VIDEO, TaskType.VIDEO_HD})
_WITHOUT_SPEED = frozenset({TaskType.OMNI, TaskType.VIDEO, TaskType.VIDEO_HD})
_NUMBERS = ("7", "6.1", "6", "5.2", "5.1")
_VERSIONS = {"7": "7.0", "6": "6.0"}
_WHOLE = ("variety", "stylization", "weirdness", "ow", "videoBatchSize", "imageIndex", "index")
_WHOLE_AS_TEXT = re.compile("[0-9]{1,9}")


class Forms:
    """Reads the bodies of requests; `InvalidRequest` names the field and the rule that it breaks."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict

    async def order(self, request: web.Request) -> Order:
        """A request to generate."""
        body = await self._fields(request, "GenerateRequest")
        task_type = TaskType(body["taskType"])
        if self._strict:
            _demand_what_is_demanded(task_type, body)
        images = _images(task_type, body)
        return Order(
            _request(task_type, body, generation_param(body)),
            body["prompt"],
            _settings(task_type, body),
            _flags(task_type, body),
            images,
            Motion(body.get("motion", Motion.HIGH)),
            body.get("videoBatchSize", 1),
        )

    async def upscale(self, request: web.Request) -> Sequel:
        """A request to upscale."""
        return _sequel(TaskType.UPSCALE, await self._fields(request, "UpscaleRequest"), "imageIndex")

    async def variation(self, request: web.Request) -> Sequel:
        """A request to vary."""
        body = await self._fields(request, "VaryRequest" if self._strict else "OlderVaryRequest")
        sequel = _sequel(TaskType.VARY, body, "imageIndex")
        return sequel if self._strict else _counted_from_one(sequel)

    async def extension(self, request: web.Request) -> Sequel:
        """A request to make a video longer."""
        body = await self._fields(request, "ExtendRequest")
        task_type = TaskType(body["taskType"])
        if task_type is TaskType.EXTEND_MANUAL and not body.get("prompt", "").strip():
            raise InvalidRequest(f"prompt: is required for {task_type}.")
        return _sequel(task_type, body, "index")

    async def _fields(self, request: web.Request, schema: str) -> dict[str, Any]:
        """The known fields as records repeat them: a version is text, `4.0` the integer that it equals."""
        body = await read_json(request, schema, spec.TASKS, None if self._strict else _as_meant)
        known = spec.document(spec.TASKS)["components"]["schemas"][schema]["properties"]
        fields = {name: value for name, value in body.items() if name in known}
        fields |= {name: int(fields[name]) for name in _WHOLE if name in fields}
        if not isinstance(version := fields.get("version", ""), str):
            fields["version"] = _version(version)
        return fields


def _as_meant(body: dict[str, Any]) -> dict[str, Any]:
    """What a lenient reader takes the fields for."""
    meant = {name: value for name, value in body.items() if value is not None}
    for name in meant.keys() & _WHOLE:
        if isinstance(text := meant[name], str) and _WHOLE_AS_TEXT.fullmatch(text):
            meant[name] = int(text)
    if meant.get("waterMark") is False:
        del meant["waterMark"]
    return meant | {"speed": "relaxed"} if meant.get("speed") == "relax" else meant


def _version(number: float) -> str:
    """The version that a number means."""
    text = f"{number:g}"
    if text not in _NUMBERS:
        raise InvalidRequest(f"version: {text} is none of {', '.join(_NUMBERS)}.")
    return text


def _demand_what_is_demanded(task_type: TaskType, body: Mapping[str, Any]) -> None:
    if task_type not in _WITHOUT_SPEED and "speed" not in body:
        raise InvalidRequest(f"speed: is required for {task_type}; it is relaxed, fast or turbo.")
    if task_type.films and "motion" not in body:
        raise InvalidRequest(f"motion: is required for {task_type}; it is high or low.")


def _images(task_type: TaskType, body: Mapping[str, Any]) -> tuple[ImageInput, ...]:
    """The pictures that the task is made from; those of a task that needs none are passed over."""
    if task_type not in _WITH_IMAGES:
        return ()
    several = [ImageInput(f"fileUrls.{place}", url) for place, url in enumerate(body.get("fileUrls", ())) if url]
    single = [ImageInput("fileUrl", body["fileUrl"])] if body.get("fileUrl") else []
    images = tuple(several or single)
    if not images:
        raise InvalidRequest(f"fileUrls: {task_type} needs the URL of an image, in fileUrls or fileUrl.")
    if task_type.films and len(images) > 1:
        raise InvalidRequest(f"fileUrls: holds {len(images)} URLs; {task_type} is made from one image.")
    return images


def _settings(task_type: TaskType, body: Mapping[str, Any]) -> dict[str, Value]:
    """The settings that the fields name. What belongs to other kinds of task is passed over."""
    fields: dict[str, Value] = {}
    if "aspectRatio" in body:
        fields["aspect_ratio"] = body["aspectRatio"]
    if "version" in body:
        fields["model_version"] = _VERSIONS.get(body["version"], body["version"])
    if "speed" in body and not task_type.films:
        fields["process_mode"] = SPEEDS[body["speed"]].value
    for ours, theirs in (("stylize", "stylization"), ("chaos", "variety")):
        if theirs in body:
            fields[ours] = body[theirs]
    return fields


def _flags(task_type: TaskType, body: Mapping[str, Any]) -> dict[str, Value]:
    flags: dict[str, Value] = {"weird": body["weirdness"]} if "weirdness" in body else {}
    if task_type is TaskType.OMNI and "ow" in body:
        flags["ow"] = body["ow"]
    return flags


def _sequel(task_type: TaskType, body: Mapping[str, Any], number: str) -> Sequel:
    request = _request(task_type, body, param_json(body))
    return Sequel(request, body["taskId"], body[number], body.get("prompt", ""))


def _counted_from_one(sequel: Sequel) -> Sequel:
    return changed(sequel, number=max(sequel.number - 1, 0))


def _request(task_type: TaskType, body: Mapping[str, Any], param: str) -> Request:
    return Request(task_type, param, body.get("waterMark", ""), body.get("callBackUrl") or None)
