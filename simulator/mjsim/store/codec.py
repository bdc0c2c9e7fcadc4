"""A stored job is its value in MessagePack: what is read back equals what was written, and costs about half a kilobyte.
An attempt to deliver its news is stored likewise.
"""

import logging

import msgspec

from mjsim.core.delivery import Attempt
from mjsim.core.job import Job

log = logging.getLogger("mjsim")

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Job).decode

encode_attempt = msgspec.msgpack.Encoder().encode
decode_attempt = msgspec.msgpack.Decoder(Attempt).decode

_MOST_COPIES = 1_000_000
"""How many copies of one attempt have a place of their own."""


def attempt_place(number: int, copy: int) -> int:
    """Where a copy (from 0 on) of an attempt stands among the attempts at its delivery."""
    return number * _MOST_COPIES + copy


def id_bytes(job_id: str) -> bytes:
    """A job's id as rows have it."""
    return bytes.fromhex(job_id.replace("-", ""))


def id_text(job: bytes) -> str:
    """The canonical form of a job's id that rows have."""
    return f"{job[:4].hex()}-{job[4:6].hex()}-{job[6:8].hex()}-{job[8:10].hex()}-{job[10:].hex()}"


def readable(sequence: int, document: bytes) -> Job | None:
    """The job; None, and a line in the log, where the data file is damaged there."""
    try:
        return decode(document)
    except (TypeError, ValueError) as error:
        said = "job number %d cannot be read in the data file (%s)"
        log.error(said, sequence, error)  # noqa: TRY400 - the line says all; a trace would tell of the decoder alone
        return None
