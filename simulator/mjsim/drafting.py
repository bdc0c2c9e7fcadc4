"""What a job is about is drafted from its request alone; chance fills in the rest once it is accepted."""

from collections.abc import Sequence

from mjsim.admission import Draft
from mjsim.core.artwork import Artwork, Step
from mjsim.core.chance import Key
from mjsim.core.job import Work, root_seed
from mjsim.core.pace import JobType
from mjsim.core.request import Settings
from mjsim.core.value import changed


def grid_of(
    prompt: str | None,
    text: str,
    chosen: Settings,
    images: Sequence[str],
    *,
    tint: tuple[int, ...] = (),
    sources: tuple[str, ...] = (),
) -> Draft:
    """A grid of its own: `text` is the prompt without its flags, `images` the names of the pictures that were given."""

    def draft(key: Key) -> Work:
        parameters = chosen.parameters(key)
        seed = root_seed(text, parameters, *images)
        artwork = Artwork(seed, chosen.size, parameters.stylize, parameters.chaos, tint=tint, sources=sources)
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
