"""Rules about lists and pictures: every job is read once, and pictures come from the addresses that were given."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from mjsim_contracts.audit.rule import Judgement, failed, passed, rule, warned
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.dialect import Role, urls
from mjsim_contracts.promises.listing import Listing
from mjsim_contracts.terms import Contract
from mjsim_contracts.traffic.call import Call, Origin

_WINDOW = 25
"""Whoever asks for fewer jobs than a page holds by default wants the first ones only."""


@dataclass(frozen=True, slots=True)
class Walk:
    """The pages that were read of one list, in order, with the calls that read them."""

    pages: tuple[tuple[Call, Listing], ...]

    @property
    def total(self) -> int:
        """How many jobs there are."""
        return max(page.total or 0 for _call, page in self.pages)


def walks(scene: Scene) -> Iterator[Walk]:
    """Lists by what was asked for but the offset; a new one begins wherever one starts from the front again."""
    found: dict[tuple[tuple[str, str], ...], list[tuple[Call, Listing]]] = {}
    for call in scene.calls:
        if call.exchange is None or call.exchange.page is None or call.lost:
            continue
        page = call.exchange.page
        question = tuple(sorted(pair for pair in call.exchange.query if pair[0] != "offset"))
        if page.offset == 0 and question in found:
            yield Walk(tuple(found.pop(question)))
        found.setdefault(question, []).append((call, page))
    yield from (Walk(tuple(pages)) for pages in found.values())


@rule("C050", "Jobs between two pages are lost, or counted twice.", needs=Role.LIST)
def lists_are_read_whole_and_once(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """Whoever reads a list page by page reads every job once, and stops at its end."""
    if scene.drift or scene.distorted:
        return
    for walk in walks(scene):
        pages = [page for _call, page in walk.pages]
        calls = tuple(call for call, _page in walk.pages)
        if walk.total <= pages[0].length:
            yield from _past_the_end(walk)
            continue
        if len(pages) == 1 and (pages[0].limit < _WINDOW or pages[0].length < pages[0].limit):
            continue
        if len(pages) == 1:
            yield warned(f"only the first page was read: {pages[0].length} of {walk.total} jobs", *calls)
            continue
        yield _covered(walk)
        yield from _past_the_end(walk)


def _covered(walk: Walk) -> Judgement:
    calls = tuple(call for call, _page in walk.pages)
    read = [place for _call, page in walk.pages for place in range(page.offset, page.offset + page.length)]
    missed = [place for place in range(max(read, default=0)) if place not in set(read)]
    twice = len(read) - len(set(read))
    if missed:
        return failed(
            f"{len(missed)} of {walk.total} jobs were passed over, from number {missed[0] + 1} on", *calls[:3]
        )
    if twice:
        return failed(f"{twice} jobs were read twice", *calls[:3])
    # A page that is not full is an end, too, whatever the total says.
    if len(read) < walk.total and walk.pages[-1][1].length >= walk.pages[-1][1].limit:
        return warned(f"reading stopped after {len(read)} of {walk.total} jobs", *calls[-2:])
    return passed(calls[0])


def _past_the_end(walk: Walk) -> Iterator[Judgement]:
    empty = [call for call, page in walk.pages if not page.length and (page.offset or not walk.total)]
    if len(empty) >= 3:
        yield failed(f"{len(empty)} pages behind the end were asked for", *empty[:3])
    elif len(empty) > 1:
        yield warned("two pages behind the end were asked for", *empty)


@rule("C060", "Addresses of pictures are not made by clients: they change without notice.")
def pictures_come_from_their_addresses(scene: Scene, contract: Contract) -> Iterator[Judgement]:
    """Pictures are fetched from exactly the addresses that the API gave."""
    if scene.distorted:
        return
    dialect = contract.dialect
    answers = [call.exchange.answer for call in scene.calls if call.exchange]
    given = {_address(url) for answer in answers for url in urls(answer, dialect.address)}
    for call in scene.calls:
        # A call of the API may have been redirected here.
        if (call.origin is Origin.API and "/files/" not in call.path) or call.path.startswith(f"{dialect.root}/"):
            continue
        if call.origin is Origin.API or (given and _address(call.target) not in given):
            yield failed(f"{call.target} was never given by the API", call)
        elif given:
            yield passed(call)


def _address(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + ("?" + parts.query if parts.query else "")
