"""Whichever API tells of a job, it does so by a message whose body is a JSON object, and whose Content-Type says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mjsim_contracts.exchange import parsed
from mjsim_contracts.server.webhooks.sink import Message


@dataclass(frozen=True)
class JsonMessage:
    """A message, as far as it can be read."""

    message: Message

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The body; empty where it is no JSON object."""
        found = parsed(self.message.body)
        return found if isinstance(found, dict) else {}

    @property
    def form_objection(self) -> str:
        """What is wrong with the form of the body; empty where nothing is."""
        if not self.document:
            return "the body is no JSON object"
        media_type = self.message.headers.get("content-type", "")
        if media_type.partition(";")[0].strip().lower() != "application/json":
            return f"Content-Type is {media_type!r}, not application/json"
        return ""
