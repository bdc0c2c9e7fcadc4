"""Whatever answer shows a job, the job tells one story: it goes forward, ends once, and then stays as it is."""

import re
from collections.abc import Mapping
from datetime import timedelta
from math import prod
from typing import Any

from mjsim_contracts.exchange import CREATES, identifier, inside
from mjsim_contracts.promises import Judgements, Promises
from mjsim_contracts.promises.account import Account
from mjsim_contracts.sighting import STEPS, Sighting

_AT_ONCE = timedelta(seconds=1)
"""Two times of one change may be read from the clock one after the other."""

_RATIO = re.compile(r"([1-9][0-9]{0,3}):([1-9][0-9]{0,3})")
_USUAL = 4
"""Up to how many times as long as the other a side may be, for the shape of a picture to be held to it."""

_INEXACT = 0.1
"""By how much a shape may differ, as a share: sides are whole numbers, and often multiples of some."""

JOB_PROMISES: Promises[Account, Sighting] = Promises()
promise = JOB_PROMISES.promise


@promise
def status_goes_forward(_account: Account, seen: Sighting) -> Judgements:
    """A job goes from pending through in_progress to one end, and what has ended never moves again."""
    if before := seen.before:
        yield seen.now.status in STEPS[before.status], f"{before.status} was followed by {seen.now.status}"


@promise
def progress_never_falls(_account: Account, seen: Sighting) -> Judgements:
    """The progress of a job never falls."""
    now, before = seen.now.progress, seen.before.progress if seen.before else None
    if now is not None and before is not None:
        yield now >= before, f"progress {before:g} was followed by {now:g}"


@promise
def completed_is_complete(_account: Account, seen: Sighting) -> Judgements:
    """A completed job is at 100 percent."""
    if seen.now.status == "completed" and seen.now.progress is not None:
        yield seen.now.progress == 100, f"completed at {seen.now.progress:g} percent"


@promise
def settled_stays_as_it_is(_account: Account, seen: Sighting) -> Judgements:
    """A job that has ended keeps its progress, its times, its error and its number of images."""
    now, before = seen.now, seen.before
    if before and before.settled and now.status == before.status:
        for name in ("progress", "updated_at", "completed_at", "error"):
            was, is_now = getattr(before, name), getattr(now, name)
            yield is_now == was, f"{now.status} already, but {name} changed from {was} to {is_now}"
        yield len(now.images) == len(before.images), f"{len(before.images)} images became {len(now.images)}"


@promise
def result_belongs_to_completed(_account: Account, seen: Sighting) -> Judgements:
    """A completed job has a result, and no other job has one."""
    now = seen.now
    has = "a result" if now.result is not None else "no result"
    yield (now.result is not None) is (now.status == "completed"), f"a {now.status} job has {has}"


@promise
def error_belongs_to_failed(_account: Account, seen: Sighting) -> Judgements:
    """A failed job says why, with code and message, and no other job has an error."""
    now = seen.now
    if now.status == "failed":
        told = now.error is not None and bool(now.error.get("code")) and bool(now.error.get("message"))
        yield told, f"a failed job has the error {now.error}"
    else:
        yield now.error is None, f"a {now.status} job has the error {now.error}"


@promise
def result_fits_type(_account: Account, seen: Sighting) -> Judgements:
    """describe gives one to four prompts and no image, upscale one image, the others images of their own URLs."""
    now = seen.now
    if now.status != "completed" or now.result is None:
        return
    urls = [image.get("url") for image in now.images]
    if now.type == "describe":
        yield 1 <= len(now.prompts) <= 4 and not urls, f"describe gave {len(now.prompts)} prompts, {len(urls)} images"
        return
    enough = len(urls) == 1 if now.type == "upscale" else len(urls) > 0
    yield enough, f"{now.type} gave {len(urls)} images"
    yield len(set(urls)) == len(urls), f"two images share a URL: {urls}"


@promise
def images_have_places(_account: Account, seen: Sighting) -> Judgements:
    """Only the tiles of a grid have an index; each of 1 to 4 stands there at most once."""
    if seen.now.images:
        places = [image["index"] for image in seen.now.images if image.get("index") is not None]
        if seen.now.type == "upscale":
            yield not places, f"the image of an upscale has the index {places}"
        else:
            yield len(set(map(str, places))) == len(places), f"the tiles have the indexes {places}"


@promise
def imagine_gives_its_grid(_account: Account, seen: Sighting) -> Judgements:
    """The images of an imagine job are the grid, which has no index, as well as its tiles."""
    if seen.now.type == "imagine" and seen.now.images:
        places = [image.get("index") for image in seen.now.images]
        # Where no image has an index, nothing says which of them is the grid.
        yield places.count(None) == 1 or set(places) == {None}, f"the images have the indexes {places}"


@promise
def upscales_are_larger(account: Account, seen: Sighting) -> Judgements:
    """The image of an upscale is larger than the tile that it was made from."""
    if seen.now.type != "upscale" or not seen.now.images or not seen.birth:
        return
    parent = account.seen.get(identifier(inside(seen.birth.body, "job_id")))
    index = inside(seen.birth.body, "index")
    tile = next((each for each in parent.images if each.get("index") == index), {}) if parent else {}
    size, before = _size(seen.now.images[0]), _size(tile)
    if size and before:
        yield prod(size) > prod(before), f"the tile has {before} pixels, its enlargement {size}"


@promise
def images_have_the_asked_shape(_account: Account, seen: Sighting) -> Judgements:
    """The images have the aspect ratio that the request asked for."""
    asked = inside(seen.birth.body, "aspect_ratio") if seen.birth else None
    match = _RATIO.fullmatch(asked) if isinstance(asked, str) else None
    shape = int(match[1]) / int(match[2]) if match else 0
    if not 1 / _USUAL <= shape <= _USUAL:
        return
    for width, height in filter(None, map(_size, seen.now.images)):
        if width > 0 and height > 0:
            near = abs(width / height / shape - 1) <= _INEXACT
            yield near, f"{asked} was asked for, an image is {width} by {height}"


@promise
def times_are_in_order(_account: Account, seen: Sighting) -> Judgements:
    """created_at comes first, and neither updated_at nor completed_at lies before it; updated_at is no earlier than
    completed_at, for a job that is completed has changed then.
    """
    now = seen.now
    if now.completed_at and now.updated_at:
        known = f"updated_at {now.updated_at} lies before completed_at {now.completed_at}"
        yield now.updated_at > now.completed_at - _AT_ONCE, known
    for name, later in (("updated_at", now.updated_at), ("completed_at", now.completed_at)):
        if now.created_at and later:
            yield later >= now.created_at, f"{name} {later} lies before created_at {now.created_at}"


@promise
def update_times_never_go_back(_account: Account, seen: Sighting) -> Judgements:
    """updated_at never goes back."""
    if seen.before and seen.before.updated_at and seen.now.updated_at:
        then, now = seen.before.updated_at, seen.now.updated_at
        yield now >= then, f"updated_at went from {then} back to {now}"


@promise
def completion_has_its_time(_account: Account, seen: Sighting) -> Judgements:
    """completed_at is given for a completed job, and only for one."""
    now = seen.now
    yield (now.completed_at is not None) is (now.status == "completed"), f"{now.status}: {now.completed_at}"


@promise
def identity_is_fixed(_account: Account, seen: Sighting) -> Judgements:
    """A job's type, prompt and created_at never change."""
    if before := seen.before:
        for name in ("type", "prompt", "created_at"):
            was, now = getattr(before, name), getattr(seen.now, name)
            # Not every answer has to show the prompt.
            yield was == now or (name == "prompt" and None in {was, now}), f"{name} changed from {was} to {now}"


@promise
def type_is_what_was_asked(_account: Account, seen: Sighting) -> Judgements:
    """A job has the type of the request that created it."""
    if birth := seen.birth:
        asked = CREATES[birth.operation]
        yield seen.now.type == asked, f"asked for {asked}, created {seen.now.type}"


@promise
def too_late_means_ended(account: Account, seen: Sighting) -> Judgements:
    """A job that was too late to cancel has ended."""
    if seen.now.id in account.too_late:
        yield seen.now.settled, f"cancelling was refused, and the job is {seen.now.status}"


@promise
def jobs_stay_with_their_account(account: Account, seen: Sighting) -> Judgements:
    """A job is shown to no account but its own."""
    yield not account.foreign(seen.now.id), "the job was created by another account"


def _size(image: Mapping[str, Any]) -> tuple[int, int] | None:
    """Width and height in pixels; None where the image does not say them."""
    width, height = image.get("width"), image.get("height")
    return (width, height) if isinstance(width, int) and isinstance(height, int) else None
