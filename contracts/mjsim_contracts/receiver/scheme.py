"""Which signature a receiver goes by is seen by what it believes: each of the two is spoilt alone, then both."""

from mjsim_contracts.receiver.bench import Scheme, Trial

_SPOILT = {"standard": "v1,{other}", "hex": "{otherhex}"}


async def detect(trial: Trial) -> Scheme:
    """The scheme of a receiver that accepts what is rightly signed in both ways."""
    by_standard = (await trial.send(trial.completed().showing(x_midjourney_signature=_SPOILT["hex"]))).accepted
    spoilt = trial.completed().showing(webhook_signature=_SPOILT["standard"])
    by_hex = (await trial.send(spoilt)).accepted
    if by_standard and by_hex:
        neither = spoilt.showing(x_midjourney_signature=_SPOILT["hex"])
        return Scheme.NONE if (await trial.send(neither)).accepted else Scheme.EITHER
    if by_standard:
        return Scheme.STANDARD
    return Scheme.HEX if by_hex else Scheme.BOTH
