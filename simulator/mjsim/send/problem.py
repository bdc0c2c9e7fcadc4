"""What kept a webhook from its receiver is told to a person: what happened, where, and what may help."""

import errno
import socket
import ssl
from functools import cache
from pathlib import Path

import aiohttp

from mjsim.core.delivery import Problem, legible
from mjsim.core.target import host_and_port
from mjsim.send.resolver import PublicTarget


class BrokenOff(Exception):
    """A fault has closed the connection before anything could be answered."""


_RESET = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED}
_LOCAL = {"localhost", "127.0.0.1", "::1"}


@cache
def in_container() -> bool:
    """Whether this process runs in a container, where `localhost` is the container itself."""
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return True
    try:
        groups = Path("/proc/1/cgroup").read_text()
    except OSError:
        return False
    return any(word in groups for word in ("docker", "containerd", "kubepods", "libpod"))


def diagnose(error: Exception, url: str, *, seconds: float, contained: bool) -> tuple[Problem, str]:  # noqa: C901, PLR0911
    """The kind of an error that sending has ended in, and a sentence about it; one line for each kind."""
    host, port = host_and_port(url)
    cause: BaseException = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    match cause:
        case BrokenOff():
            return Problem.LOST, "A fault has closed the connection before an answer could come."
        case PublicTarget():
            return Problem.TARGET, str(cause)
        case TimeoutError():
            return Problem.TIMEOUT, f"{host}:{port} did not answer within {seconds:g} s."
        case socket.gaierror():
            return Problem.NAME, f"The name {host!r} has no address ({cause.strerror})."
        case ssl.SSLError() | aiohttp.ClientSSLError() | ssl.CertificateError():
            return Problem.TLS, f"TLS with {host}:{port} failed: {_line(cause)}."
        case OSError(errno=errno.ECONNREFUSED):
            return Problem.REFUSED, _refused(host, port, contained)
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            return Problem.RESET, f"{host}:{port} closed the connection before its answer was complete."
        case OSError(errno=code) if code in _RESET:
            return Problem.RESET, f"{host}:{port} reset the connection."
        case OSError():
            return Problem.UNREACHABLE, f"{host}:{port} cannot be reached: {_line(cause)}."
        case ValueError():
            return Problem.NAME, f"{host!r} is no name or address of a host: {_line(cause)}."
        case _:
            return Problem.PROTOCOL, f"{host}:{port} answered with something that is no HTTP: {_line(cause)}."


def _refused(host: str, port: int, contained: bool) -> str:
    if contained and host in _LOCAL:
        return (
            f"Nothing listens on {host}:{port}: mjsim runs in a container, where {host} is the container itself. For a "
            f"receiver on the host use http://host.docker.internal:{port} "
            "(on Linux: docker run --add-host=host.docker.internal:host-gateway)."
        )
    return f"Nothing listens on {host}:{port}."


def _line(error: BaseException) -> str:
    text = str(getattr(error, "message", "") or error) or type(error).__name__
    return legible(" ".join(text.split()).rstrip(". ")[:200])
