"""Jobs, directed from outside: stopped, let go, or brought to the end that a test is about."""

from typing import cast

from mjsim.client.shape import StagedJob
from mjsim.client.wire import Wire


class Jobs:
    """The jobs of one tenant, or of all; each verb answers with the job as it is then."""

    def __init__(self, wire: Wire, tenant: str | None) -> None:
        self._wire = wire
        self._tenant = tenant

    def latest(self, limit: int | None = None) -> list[StagedJob]:
        """The latest jobs, newest first."""
        answer = self._wire.ask("GET", "/_sim/jobs", query={"tenant": self._tenant, "limit": limit})
        return cast("list[StagedJob]", answer["data"])

    def show(self, job_id: str) -> StagedJob:
        """A job with its past and its plan."""
        return cast("StagedJob", self._wire.ask("GET", _path(job_id)))

    def hold(self, job_id: str) -> StagedJob:
        """Stop it where it is."""
        return self._direct(job_id, "hold")

    def release(self, job_id: str) -> StagedJob:
        """Let a held job go on."""
        return self._direct(job_id, "release")

    def step(self, job_id: str) -> StagedJob:
        """Bring its next moment now."""
        return self._direct(job_id, "step")

    def complete(self, job_id: str) -> StagedJob:
        """Complete it now."""
        return self._direct(job_id, "complete")

    def cancel(self, job_id: str) -> StagedJob:
        """Cancel it as another client of its tenant would."""
        return self._direct(job_id, "cancel")

    def fail(self, job_id: str, code: str | None = None, message: str | None = None) -> StagedJob:
        """Let it fail now; without a code it is an internal error."""
        if code is None:
            return self._direct(job_id, "fail")
        return self._direct(job_id, "fail", {"code": code, **({"message": message} if message else {})})

    def _direct(self, job_id: str, verb: str, body: object = None) -> StagedJob:
        return cast("StagedJob", self._wire.ask("POST", f"{_path(job_id)}/{verb}", body))


def _path(job_id: str) -> str:
    from urllib.parse import quote

    return f"/_sim/jobs/{quote(job_id, safe='')}"
