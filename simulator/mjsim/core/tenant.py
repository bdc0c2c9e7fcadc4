"""A key stands for a tenant; made-up keys name theirs, of others, which may be real, only a hash is kept."""

from mjsim.core.chance import digest

PREFIX = "sim-"
"""Every key that begins so is accepted, and is a tenant of its own."""

_LONGEST_NAME = 64


def is_made_up(key: str) -> bool:
    """Whether the key is one of ours, which is no secret."""
    return key.startswith(PREFIX) and key != PREFIX


def tenant_of(key: str) -> str:
    """The name of the tenant that the key stands for."""
    if is_made_up(key) and len(key) <= _LONGEST_NAME and key.isascii() and key.isprintable():
        return key
    return f"key-{digest('tenant', key).hex()}"
