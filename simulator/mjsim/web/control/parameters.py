"""What the query and the path of a control request say, read strictly."""

import re

from multidict import MultiMapping

from mjsim.core.error import InvalidRequest, JobNotFound
from mjsim.core.tenant import tenant_named
from mjsim.web.query import once, refuse_unknown, whole
from mjsim.web.route import Call

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

USUAL_LIMIT, MOST = 100, 2_000


def read_tenant(query: MultiMapping[str]) -> str | None:
    """The tenant that is named by its key, None where none is."""
    key = read_text(query, "tenant")
    return None if key is None else tenant_named(key)


def read_text(query: MultiMapping[str], name: str) -> str | None:
    """A parameter that is not empty, None where it is not given."""
    text = once(query, name)
    if text == "":
        raise InvalidRequest(f"{name}: is empty.")
    return text


def read_limit(query: MultiMapping[str]) -> int:
    """How many entries are asked for."""
    return whole(query, "limit", default=USUAL_LIMIT, least=1, most=MOST)


def read_job_id(call: Call) -> str:
    """The id in its canonical form; what is no UUID is the id of no job."""
    text = call.places["jobId"]
    if not _UUID.fullmatch(text):
        raise JobNotFound(f"There is no job {text[:60]!r}: a job's id is a UUID.")
    return text.lower()


def only(query: MultiMapping[str], *names: str) -> MultiMapping[str]:
    """The query, in which nothing else may stand."""
    refuse_unknown(query, names)
    return query
