"""The key of a request is the one that is meant: requests would put a password of ~/.netrc in its place."""

from requests import PreparedRequest
from requests.auth import AuthBase


class Bearer(AuthBase):
    """Sends a key, or with None no Authorization at all."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put the key into the request."""
        if self._key is not None:
            request.headers["Authorization"] = f"Bearer {self._key}"
        return request
