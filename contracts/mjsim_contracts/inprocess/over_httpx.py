"""httpx, in both its kinds, whose wire is a function."""

import httpx

from mjsim_contracts.inprocess.conversation import Answer


class MemoryTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Sends nothing anywhere."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request, as httpx would have read it."""
        return self._answered(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The same for coroutines."""
        return self._answered(request, await request.aread())

    def _answered(self, request: httpx.Request, body: bytes) -> httpx.Response:
        try:
            written = self._answer(request.method, str(request.url), tuple(request.headers.multi_items()), body)
        except ConnectionError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return httpx.Response(written.status, headers=list(written.headers), stream=httpx.ByteStream(written.body))
