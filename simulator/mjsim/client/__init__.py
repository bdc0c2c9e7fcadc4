"""A client of the control API, for programs that direct a simulator: blocking, typed, standard library only."""

from mjsim.client.control import Control
from mjsim.core.error import ControlError

__all__ = ["Control", "ControlError"]
