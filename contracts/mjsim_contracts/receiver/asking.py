"""What an API says to a request, as JSON; CheckError where it does not serve, or serves something else."""

from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.simulator import Api


@dataclass(frozen=True, slots=True)
class Asking:
    """Sends requests to an API. `host`, where given, is the authority that URLs of its files shall have."""

    session: ClientSession
    api: Api
    host: str | None = None

    async def ask(self, method: str, path: str, body: Any = None, too_late: int | None = None) -> Any:
        """The JSON of the answer; None where its status says that it is too late. CheckError where it is none of both."""
        headers = {"Authorization": f"Bearer {self.api.key}"} | ({"Host": self.host} if self.host else {})
        url = self.api.url + path
        try:
            timeout = ClientTimeout(total=10)
            async with self.session.request(method, url, json=body, headers=headers, timeout=timeout) as answer:
                if answer.status == too_late:
                    return None
                if answer.status != 200:
                    raise CheckError(f"the API answered {answer.status} to {method} {url}: {await answer.text()}")
                return await answer.json()
        except (ClientError, TimeoutError, ValueError) as error:
            raise CheckError(
                f"the API at {self.api.url} does not serve: {str(error) or type(error).__name__}"
            ) from error
