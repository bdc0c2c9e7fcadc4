"""An attempt to deliver a webhook, as the control API shows it."""

from typing import Any


def show_attempt(attempt: object) -> Any:
    """The attempt as JSON can write it."""
    return attempt
