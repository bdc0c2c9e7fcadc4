"""Everything that can be refused is one tree, and every leaf knows its stable code and its HTTP status.

    SimulatorError
    ├── Refused                    the request was understood and answered "no"
    │   ├── Unauthorized           401 unauthorized
    │   ├── InvalidRequest         400 invalid_request      the body or query breaks the contract
    │   │   ├── InvalidJson        400 invalid_json         the body is no JSON document
    │   │   ├── InvalidParameter   400 invalid_parameter    a flag or value is malformed or out of range
    │   │   ├── EmptyPrompt        400 empty_prompt
    │   │   ├── BannedPrompt       400 banned_prompt
    │   │   ├── InvalidImage       400 invalid_image        the data is no readable picture
    │   │   ├── ImageInaccessible  400 image_inaccessible   the URL gives no picture
    │   │   ├── ParentNotCompleted 400 parent_not_completed
    │   │   │   └── ParentFailed                               nor will it ever be
    │   │   ├── ParentNotGrid      400 parent_not_grid
    │   │   └── JobNotCancellable  400 job_not_cancellable
    │   ├── OutOfCredits           402 insufficient_credits the account cannot pay for the job
    │   ├── Forbidden              403 forbidden            the control API is not for this caller
    │   ├── NotFound               404 not_found            no such route or file
    │   │   └── JobNotFound        404 job_not_found
    │   ├── MethodNotAllowed       405 method_not_allowed   carries the methods that are
    │   ├── JobSettled             409 job_settled          nothing can be decided about it any more
    │   ├── ClashingState          409 clashing_state       it does not go with how things stand
    │   ├── RequestTimeout         408 request_timeout      the rest of the request did not come in time
    │   ├── FaultExists            409 fault_exists         a fault of this id is there already
    │   ├── PayloadTooLarge        413 payload_too_large
    │   ├── RangeNotSatisfiable    416 range_not_satisfiable
    │   ├── TooManyRequests        429 rate_limited         carries when to try again
    │   │   └── QueueFull          429 queue_full
    │   ├── FeatureOff             501 feature_disabled     what would do it is not installed
    │   └── InternalError          500 internal_error       mjsim itself has failed
    ├── SettingsError              a setting or the environment is unfit to start with (exit code 2)
    │   └── DocumentError          a document is, on a line that is told
    └── ControlError               a simulator did not do what it was asked (exit code 1)
        └── Unreachable            there is none

Only `web/` makes JSON of it, only the command line makes an exit code of it.
"""

from typing import ClassVar


class SimulatorError(Exception):
    """The root: its text is a sentence for the person who caused it."""


class SettingsError(SimulatorError):
    """A setting or the environment is unfit to start with."""


class DocumentError(SettingsError):
    """A document is unfit; the text names it and the line."""


class ControlError(SimulatorError):
    """A simulator did not do what it was asked: `status` and `code` are those of its answer, 0 and empty without one."""

    def __init__(self, message: str, status: int = 0, code: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Unreachable(ControlError):
    """No simulator answers at a URL; `reason` says why in a few words."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"no simulator answers at {url} ({reason}); mjsim serve starts one.")
        self.reason = reason


class Refused(SimulatorError):
    """A request that is answered with an error; `code` is stable, `status` is the HTTP status."""

    status: ClassVar[int] = 400
    code: ClassVar[str]


class Unauthorized(Refused):
    """No key, or one that is not known."""

    status = 401
    code = "unauthorized"


class InvalidRequest(Refused):
    """The body or the query breaks the contract."""

    code = "invalid_request"


class InvalidJson(InvalidRequest):
    """The body is no JSON document."""

    code = "invalid_json"


class InvalidParameter(InvalidRequest):
    """A flag or a value is malformed, unknown or out of range."""

    code = "invalid_parameter"


class EmptyPrompt(InvalidRequest):
    """Nothing is left of the prompt once its flags are taken out."""

    code = "empty_prompt"


class BannedPrompt(InvalidRequest):
    """The prompt holds a blocked word."""

    code = "banned_prompt"


class InvalidImage(InvalidRequest):
    """The data is no picture that can be read."""

    code = "invalid_image"


class ImageInaccessible(InvalidRequest):
    """The URL gives no picture."""

    code = "image_inaccessible"


class ParentNotCompleted(InvalidRequest):
    """The parent has no result: it is not done yet, or it never will be."""

    code = "parent_not_completed"


class ParentFailed(ParentNotCompleted):
    """The parent has failed or was cancelled."""


class ParentNotGrid(InvalidRequest):
    """The parent is no grid of four."""

    code = "parent_not_grid"


class JobNotCancellable(InvalidRequest):
    """The job has settled."""

    code = "job_not_cancellable"


class OutOfCredits(Refused):
    """The account has fewer credits than the job costs."""

    status = 402
    code = "insufficient_credits"


class Forbidden(Refused):
    """The control API is not for this caller."""

    status = 403
    code = "forbidden"


class NotFound(Refused):
    """No such route or file."""

    status = 404
    code = "not_found"


class JobNotFound(NotFound):
    """No such job for this tenant, or not any more."""

    code = "job_not_found"


class MethodNotAllowed(Refused):
    """The route exists, the method does not; `allowed` are those that do."""

    status = 405
    code = "method_not_allowed"

    def __init__(self, message: str, allowed: tuple[str, ...]) -> None:
        super().__init__(message)
        self.allowed = allowed


class JobSettled(Refused):
    """The job has ended; nothing can be decided about it any more."""

    status = 409
    code = "job_settled"


class ClashingState(Refused):
    """What is asked does not go with how things stand: time that is past, a state of another seed."""

    status = 409
    code = "clashing_state"


class RequestTimeout(Refused):
    """The rest of the request did not come in time."""

    status = 408
    code = "request_timeout"


class FaultExists(Refused):
    """A fault of this id is there already."""

    status = 409
    code = "fault_exists"


class PayloadTooLarge(Refused):
    """The body is larger than the limit."""

    status = 413
    code = "payload_too_large"


class RangeNotSatisfiable(Refused):
    """No such bytes in the file; `length` is how many it has."""

    status = 416
    code = "range_not_satisfiable"

    def __init__(self, message: str, length: int) -> None:
        super().__init__(message)
        self.length = length


class TooManyRequests(Refused):
    """A limit is reached; `wait` says in simulated milliseconds when it gives way."""

    status = 429
    code = "rate_limited"

    def __init__(self, message: str, wait: int) -> None:
        super().__init__(message)
        self.wait = wait


class QueueFull(TooManyRequests):
    """The plan's slots are taken and its queue is full."""

    code = "queue_full"


class FeatureOff(Refused):
    """What is asked for needs a part that is not installed."""

    status = 501
    code = "feature_disabled"


class InternalError(Refused):
    """Nothing that the client did: mjsim has failed."""

    status = 500
    code = "internal_error"
