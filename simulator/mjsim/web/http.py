"""All that is used of aiohttp's server: its low level, with requests of our own. `aiohttp.web` itself would bring
applications, routers and runners along, which nothing here uses, and which take a megabyte and ten milliseconds of every
start.

Modules import this one as `web`, the name under which aiohttp documents these classes.
"""

from aiohttp.streams import StreamReader
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge
from aiohttp.web_protocol import PayloadAccessError, RequestHandler, RequestPayloadError
from aiohttp.web_request import BaseRequest
from aiohttp.web_response import Response, StreamResponse
from aiohttp.web_server import Server

from mjsim.web.request import Request

__all__ = [
    "BaseRequest",
    "HTTPRequestEntityTooLarge",
    "PayloadAccessError",
    "Request",
    "RequestHandler",
    "RequestPayloadError",
    "Response",
    "Server",
    "StreamReader",
    "StreamResponse",
]
