"""A stored job is its value in MessagePack: what is read back equals what was written, and costs about half a kilobyte."""

import logging

import msgspec

from mjsim.core.job import Job

log = logging.getLogger("mjsim")

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Job).decode


def readable(sequence: int, document: bytes) -> Job | None:
    """The job; None, and a line in the log, where the data file is damaged there."""
    try:
        return decode(document)
    except (TypeError, ValueError) as error:
        said = "job number %d cannot be read in the data file (%s)"
        log.error(said, sequence, error)  # noqa: TRY400 - the line says all; a trace would tell of the decoder alone
        return None
