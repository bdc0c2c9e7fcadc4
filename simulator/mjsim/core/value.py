"""Values are immutable (records are not), and cheap: a dozen are made for each job, and sixty classes at each start."""

from typing import dataclass_transform

from msgspec import Struct, field
from msgspec.structs import replace

__all__ = ["Frozen", "Record", "changed", "field"]


@dataclass_transform(frozen_default=True)
class Frozen(Struct, frozen=True, array_like=True):
    """A value with the fields that its class names, in their order; in a row or a file it is an array of them."""


@dataclass_transform(field_specifiers=(field,))
class Record(Struct):
    """A few fields that change together."""


changed = replace
"""The same value with other values in some of its fields."""
