"""A check that reaches no verdict ends in one error, which says in one line why, and with which exit code."""

from mjsim_contracts.report.model import ExitCode


class CheckError(RuntimeError):
    """No verdict was reached; the text is one line for the user."""

    def __init__(self, text: str, code: ExitCode = ExitCode.COULD_NOT_RUN) -> None:
        super().__init__(text)
        self.code = code
