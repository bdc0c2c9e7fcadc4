"""Each request is judged twice, by this check and by openapi-core; where they differ, the reader is told, and decides."""

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from mjsim_contracts.audit.requests import breaches
from mjsim_contracts.audit.rule import Judgement, passed, rule, warned
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.report.model import Outcome
from mjsim_contracts.terms import Contract

_Opinion = Callable[[str, str, str, bytes], tuple[str, ...]]


@rule("C004", "What two readers of one contract make different things of will be refused by some server.", Outcome.WARN)
def two_readers_agree(scene: Scene, contract: Contract) -> Iterator[Judgement]:
    """openapi-core, asked as well, judges every request as C001 does."""
    if not any(call.exchange for call in scene.calls):
        return
    opinion = _opinion(contract.published)
    for call in scene.calls:
        if call.exchange is None:
            continue
        parts = urlsplit(call.target)
        # Whatever stands before it is where the API lies on its host.
        path = parts.path[parts.path.rindex(f"{contract.dialect.root}/") :]
        theirs = opinion(call.method, path, parts.query, call.body)
        ours = breaches(call, contract)
        if bool(theirs) == bool(ours):
            yield passed(call)
        else:
            yield warned(f"openapi-core: {theirs[0] if theirs else 'fine'}; C001: {ours[0] if ours else 'fine'}", call)


@cache
def _opinion(published: Path) -> _Opinion:
    # It takes half a second to import, which nobody should pay who only wants to read the help.
    from mjsim_contracts.second_opinion import SecondOpinion

    second = SecondOpinion.by(published)
    # Who has which key, and what a body is called, are questions of C010 and C070.
    headers = {"Authorization": "Bearer key", "Content-Type": "application/json"}

    @lru_cache(maxsize=1024)
    def of_request(method: str, path: str, query: str, body: bytes) -> tuple[str, ...]:
        return tuple(second.of_request(second.asked(method, path, query, headers, body)))

    return of_request
