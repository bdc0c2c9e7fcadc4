"""What mjsim has to say beside its answers goes to one stream, a line each, in the form that was asked for."""

import json
import logging
from typing import TextIO


def log_to(stream: TextIO | None, as_json: bool) -> None:
    """Set up this process's loggers; what libraries have to complain about comes in the same form. None is silence."""
    handler = logging.NullHandler() if stream is None else logging.StreamHandler(stream)
    handler.setFormatter(_JsonLines() if as_json else logging.Formatter("%(asctime)s mjsim: %(message)s", "%H:%M:%S"))
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger("mjsim").setLevel(logging.INFO)
    logging.captureWarnings(capture=True)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {"event": "log", "time": round(record.created, 3), "level": record.levelname.lower()}
        entry["message"] = record.getMessage()
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry)
