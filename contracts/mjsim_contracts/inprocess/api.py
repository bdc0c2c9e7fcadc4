"""What a client is given to talk to the API in memory: an address, a key, and sessions that lead nowhere else.

A session is made with the library that the client uses; only then is that library imported.
"""

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from mjsim_contracts.inprocess.conversation import API, Conversation

if TYPE_CHECKING:
    import httpx
    import requests

    from mjsim_contracts.inprocess.over_httpx import MemoryTransport
    from mjsim_contracts.inprocess.over_requests import MemoryAdapter


class Api:
    """The API of one conversation; `url` and `key` mean nothing outside of it."""

    def __init__(self, conversation: Conversation, closing: ExitStack) -> None:
        self._conversation = conversation
        self._closing = closing
        self.url = API
        self.key = conversation.key

    def requests_session(self) -> "requests.Session":
        """A session of requests; it is closed when the conversation is over."""
        import requests

        session = self._closing.enter_context(requests.Session())
        # Proxies and passwords of this machine are not for this API.
        session.trust_env = False
        adapter = self.requests_adapter()
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def requests_adapter(self) -> "MemoryAdapter":
        """What a session of your own can mount."""
        from mjsim_contracts.inprocess.over_requests import MemoryAdapter

        return MemoryAdapter(self._conversation.answer)

    def httpx_client(self, **options: Any) -> "httpx.Client":
        """A client of httpx with these options; it is closed when the conversation is over."""
        import httpx

        return self._closing.enter_context(httpx.Client(transport=self.httpx_transport(), trust_env=False, **options))

    def httpx_async_client(self, **options: Any) -> "httpx.AsyncClient":
        """A client of httpx for coroutines, with these options."""
        import httpx

        return httpx.AsyncClient(transport=self.httpx_transport(), trust_env=False, **options)

    def httpx_transport(self) -> "MemoryTransport":
        """What a client of your own, of either kind, can be given."""
        from mjsim_contracts.inprocess.over_httpx import MemoryTransport

        return MemoryTransport(self._conversation.answer)
