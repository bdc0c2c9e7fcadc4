"""A key stands for a tenant; made-up keys name theirs, of others, which may be real, only a hash is kept."""

import re

from mjsim.core.chance import digest

PREFIX = "sim-"
"""Every key that begins so is accepted, and is a tenant of its own."""

_LONGEST_NAME = 64
_KEY_NAME = re.compile(r"key-[0-9a-f]{16}")


def is_made_up(key: str) -> bool:
    """Whether the key is one of ours, which is no secret."""
    return key.startswith(PREFIX) and key != PREFIX


def tenant_of(key: str) -> str:
    """The name of the tenant that the key stands for."""
    if is_made_up(key) and len(key) <= _LONGEST_NAME and key.isascii() and key.isprintable():
        return key
    return f"key-{digest('tenant', key).hex()}"


def inbox_of(tenant: str, name: str) -> str:
    """The inbox of this name that belongs to the tenant alone."""
    return name + _inbox_mark(tenant)


def owns_inbox(tenant: str, name: str) -> bool:
    """Whether the inbox is one that belongs to the tenant alone."""
    return name.endswith(_inbox_mark(tenant))


def _inbox_mark(tenant: str) -> str:
    return f"-{digest('inbox', tenant).hex()[:8]}"


def tenant_named(text: str) -> str:
    """The tenant that a person names, by its key or by the name that stands for the key."""
    return text if _KEY_NAME.fullmatch(text) else tenant_of(text)
