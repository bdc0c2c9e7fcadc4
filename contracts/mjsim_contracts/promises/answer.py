"""Each answer of an operation agrees with its request, and with what earlier answers told."""

from collections.abc import Mapping
from typing import Any

from mjsim_contracts.exchange import CREATES, Exchange, Operation, identifier, inside
from mjsim_contracts.promises import Judgements, Promises
from mjsim_contracts.promises.account import Account
from mjsim_contracts.sighting import seen_jobs

ANSWER_PROMISES: Promises[Account, Exchange] = Promises()
promise = ANSWER_PROMISES.promise

_CHILDREN = frozenset({Operation.UPSCALE, Operation.VARIATION})


_ESSENCE: Mapping[Operation, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(CREATES, (("data", "job_id"),)),
    **dict.fromkeys((Operation.GET, Operation.CANCEL), (("id",), ("status",))),
    Operation.LIST: (("data",),),
}
_REST: Mapping[Operation, tuple[tuple[str, ...], ...]] = {
    Operation.GET: (("type",), ("progress",)),
    Operation.CANCEL: (("type",),),
    Operation.LIST: (("total",),),
}
_OF_ERRORS = (("code",), ("message",))
_ERRORS = frozenset({400, 401, 404})
"""Those that the contract documents as ErrorResponse; what stands before a server may give others."""


@promise
def answers_say_what_they_are_for(_account: Account, exchange: Exchange) -> Judgements:
    """An answer has the fields without which it is of no use: a new job its id, a job its id and status, an error a code
    or a message.
    """
    if _is_error(exchange):
        missing = _missing(exchange, _OF_ERRORS)
        yield len(missing) < len(_OF_ERRORS), f"{exchange.operation} was answered {exchange.status} without any reason"
    elif exchange.accepted:
        missing = _missing(exchange, _ESSENCE[exchange.operation])
        yield not missing, f"{exchange.operation} was answered {exchange.status} without {' and '.join(missing)}"


@promise
def answers_are_complete(_account: Account, exchange: Exchange) -> Judgements:
    """An answer has the fields that every client looks for, though the schema lets them be absent: the type and progress
    of a job, the total of a list, the code and message of an error.
    """
    wanted = _REST.get(exchange.operation, ()) if exchange.accepted else ()
    wanted = _OF_ERRORS if _is_error(exchange) else wanted
    if wanted:
        missing = _missing(exchange, wanted)
        yield not missing, f"{exchange.operation} was answered {exchange.status} without {' and '.join(missing)}"


@promise
def new_ids_are_new(account: Account, exchange: Exchange) -> Judgements:
    """Every created job has an id that no job had before."""
    if created := exchange.created_id:
        yield created not in account.owners, f"{created} was given to another job already"


@promise
def children_are_not_their_parents(_account: Account, exchange: Exchange) -> Judgements:
    """An upscale or a variation is a job of its own, with another id than its parent."""
    if exchange.operation in _CHILDREN and (created := exchange.created_id):
        yield created != _parent(exchange), f"the new job has the id of its parent, {created}"


@promise
def children_have_parents(account: Account, exchange: Exchange) -> Judgements:
    """Nothing is made from a job that failed, was cancelled, or is of a type that has no grid."""
    parent = account.seen.get(_parent(exchange)) if exchange.operation in _CHILDREN else None
    if parent and exchange.accepted:
        yield parent.status not in {"failed", "cancelled"}, f"the parent is {parent.status}"
        yield parent.type not in {"upscale", "describe"}, f"the parent is of type {parent.type}"


@promise
def created_jobs_are_found(account: Account, exchange: Exchange) -> Judgements:
    """A created job is found by its id from then on."""
    asked = _parent(exchange) if exchange.operation in _CHILDREN else exchange.job_id
    if asked in account.born and exchange.status not in {401, 403, 429}:
        found = exchange.accepted or (exchange.operation is not Operation.GET and exchange.status != 404)
        yield found, f"{exchange.operation} answered {exchange.status} for the created job {asked}"


@promise
def the_asked_job_is_answered(_account: Account, exchange: Exchange) -> Judgements:
    """The answer about one job shows that job."""
    if exchange.job_id and exchange.accepted:
        shown = identifier(inside(exchange.answer, "id"))
        yield shown == exchange.job_id, f"asked for {exchange.job_id}, was shown {shown}"


@promise
def foreign_jobs_are_not_found(account: Account, exchange: Exchange) -> Judgements:
    """To other accounts a job does not exist: they are answered 404."""
    asked = _parent(exchange) if exchange.operation in _CHILDREN else exchange.job_id
    if account.foreign(asked) and exchange.status not in {401, 403, 429}:
        yield exchange.status == 404, f"another account's job was answered with {exchange.status}"


@promise
def cancelling_cancels(_account: Account, exchange: Exchange) -> Judgements:
    """A job that cancelling was accepted for is cancelled, and the answer shows it."""
    if exchange.operation is Operation.CANCEL:
        for job in seen_jobs(exchange):
            yield job.status == "cancelled", f"the answer shows a job that is {job.status}"


@promise
def ended_jobs_cannot_be_cancelled(account: Account, exchange: Exchange) -> Judgements:
    """Cancelling a job that has ended is answered by 400."""
    before = account.seen.get(exchange.job_id)
    if exchange.operation is Operation.CANCEL and before and before.settled and exchange.status not in {401, 429}:
        yield exchange.status == 400, f"the job was {before.status}, and cancelling was answered {exchange.status}"


def _is_error(exchange: Exchange) -> bool:
    """Whether the contract documents the answer as an error with its reason."""
    return exchange.status in _ERRORS and (exchange.operation, exchange.status) != (Operation.LIST, 400)


def _missing(exchange: Exchange, wanted: tuple[tuple[str, ...], ...]) -> list[str]:
    return [".".join(names) for names in wanted if _is_missing(exchange.answer, names)]


def _is_missing(value: Any, names: tuple[str, ...]) -> bool:
    """Whether the path of names breaks off, or ends in an empty text; what is of a wrong type is left to the schema."""
    for name in names:
        if not isinstance(value, Mapping):
            return False
        if name not in value:
            return True
        value = value[name]
    return bool(value == "")


def _parent(exchange: Exchange) -> str:
    return identifier(inside(exchange.body, "job_id")) if exchange.operation in CREATES else ""
