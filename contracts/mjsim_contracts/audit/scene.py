"""A record of calls, with what is known of the circumstances under which it was made."""

from dataclasses import dataclass

from mjsim_contracts.traffic.call import Call
from mjsim_contracts.traffic.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Scene:
    """`name` says where it comes from: a variation, or a file. `seconds` is how long the record is.

    `cut`: the judge ended it, the client did not. `endless`: its jobs were never going to end. `distorted`: answers were
    less than the contract promises, so that odd requests may follow from them. `drift`: others used the account, too.
    `output` is what the client printed, `deliveries` are the webhooks that it was sent.
    """

    name: str
    calls: tuple[Call, ...]
    seconds: float
    cut: bool = False
    endless: bool = False
    distorted: bool = False
    drift: bool = False
    output: str = ""
    deliveries: tuple[Delivery, ...] = ()
