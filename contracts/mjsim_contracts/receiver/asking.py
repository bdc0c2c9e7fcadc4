"""What an API says to a request, as JSON; CheckError where it does not serve, or serves something else."""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from aiohttp import ClientError, ClientSession, ClientTimeout

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.simulator import Api
from mjsim_contracts.report.printable import one_line

_OK = 200


class Envelope(NamedTuple):
    """What every answer of the task API is; `code` tells a success by 200."""

    code: int
    message: str
    data: Any


@dataclass(frozen=True, slots=True)
class Asking:
    """Sends requests to an API. `host`, where given, is the authority that URLs of its files shall have."""

    session: ClientSession
    api: Api
    host: str | None = None

    async def ask(self, method: str, path: str, body: Any = None, refusal: int | None = None) -> Any:
        """The JSON of the answer; None where its status is that of a `refusal`. CheckError where it is none of both."""
        status, text = await self._answer(method, path, body)
        if status == refusal:
            return None
        return self._json(method, path, status, text) if status == _OK else self._refuse(method, path, status, text)

    async def envelope(self, method: str, path: str, body: Any = None) -> Envelope:
        """An envelope of the task API, under whatever HTTP status it comes. CheckError where the answer is none."""
        status, text = await self._answer(method, path, body)
        found = self._json(method, path, status, text)
        if not isinstance(found, dict) or not isinstance(found.get("code"), int):
            self._refuse(method, path, status, text)
        return Envelope(found["code"], str(found.get("msg", "")), found.get("data"))

    async def _answer(self, method: str, path: str, body: Any) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {self.api.key}"} | ({"Host": self.host} if self.host else {})
        url, timeout = self.api.url + path, ClientTimeout(total=10)
        try:
            async with self.session.request(method, url, json=body, headers=headers, timeout=timeout) as answer:
                return answer.status, await answer.text(errors="replace")
        except (ClientError, TimeoutError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise CheckError(f"the API at {self.api.url} does not serve: {reason}") from error

    def _json(self, method: str, path: str, status: int, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return self._refuse(method, path, status, text)

    def _refuse(self, method: str, path: str, status: int, text: str) -> NoReturn:
        said = f": {one_line(text, 200)}" if text.strip() else ""
        raise CheckError(f"the API answered {status} to {method} {self.api.url}{path}{said}")
