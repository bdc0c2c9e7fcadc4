"""What a job is about is drafted from its request alone; chance fills in the rest once it is accepted."""

from mjsim.admission import Draft
from mjsim.core.artwork import Artwork, Step
from mjsim.core.chance import Key
from mjsim.core.job import Work
from mjsim.core.pace import JobType
from mjsim.core.request import Settings
from mjsim.core.value import changed


def grid_of(
    prompt: str | None,
    asked: int,
    chosen: Settings,
    *,
    tint: tuple[int, ...] = (),
    sources: tuple[str, ...] = (),
) -> Draft:
    """A grid of its own; see `Settings` for `asked`."""

    def draft(key: Key) -> Work:
        parameters = chosen.parameters(key)
        root = chosen.root(asked, parameters.seed)
        artwork = Artwork(root, chosen.size, parameters.stylize, parameters.chaos, tint=tint, sources=sources)
        return Work(prompt, parameters, artwork)

    return draft


def child_of(parent: Work, parent_id: str, job_type: JobType, index: int) -> Draft:
    """What a child takes over from its parent, and what it does not."""

    def draft(key: Key) -> Work:
        child = changed(parent, parent=parent_id, index=index)
        if job_type is JobType.UPSCALE or parent.artwork is None or parent.parameters is None:
            return child
        step = Step(index, key.number("variation"))
        artwork = changed(parent.artwork, steps=(*parent.artwork.steps, step))
        parameters = changed(parent.parameters, seed=key.integer("seed", below=1 << 32))
        return changed(child, parameters=parameters, artwork=artwork)

    return draft
