"""An answer's body is read within bounds: one that drips, or never ends, is no answer."""

import time

import requests
from urllib3.exceptions import HTTPError

SECONDS = 10
"""How long an answer may take, from its first byte to its last; and as long until the first."""

_MOST_BYTES = 64 << 20


def whole_body(answer: requests.Response) -> bytes:
    """The body of an answer that was asked for as a stream; Timeout, or ConnectionError where it breaks off."""
    content, end = bytearray(), time.monotonic() + SECONDS
    try:
        # Whatever has arrived, and not a full buffer: a body that drips would fill none in time.
        while part := answer.raw.read1(1 << 16, decode_content=True):
            content += part
            if len(content) > _MOST_BYTES or time.monotonic() > end:
                raise requests.Timeout(f"no whole answer within {SECONDS} s and {_MOST_BYTES >> 20} MiB")
    except HTTPError as error:
        raise requests.ConnectionError(str(error)) from error
    return bytes(content)
