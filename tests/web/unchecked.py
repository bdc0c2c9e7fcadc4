"""Ways to meet answers that break the contract on purpose: nothing is checked here."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Met:
    """What came over the wire."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def meet(sim, method, path, body=None, prefer=None, **headers) -> Met:
    """Send a request as the client's tenant; the answer whatever it is."""
    sent = {"Authorization": f"Bearer {sim.key}", **headers} | ({"Prefer": prefer} if prefer else {})
    url = path if path.startswith("http") else sim.url + path
    async with sim.session.request(method, url, headers=sent, json=body, allow_redirects=False) as got:
        return Met(got.status, got.headers, await got.read())


async def imagine(sim, prompt="a fox", prefer=None, **headers) -> Met:
    """Ask for a picture."""
    return await meet(sim, "POST", "/v1/imagine", {"prompt": prompt}, prefer, **headers)


async def add(sim, *faults) -> list[str]:
    """Add faults; their ids."""
    answer = await meet(sim, "POST", "/_sim/faults", list(faults))
    assert answer.status == 200, answer.body
    return answer.json["ids"]


async def bytes_of(sim, method, path, body=None, prefer=None) -> tuple[bytes, bool]:
    """All bytes that come back for one request on a connection of its own, and whether it ended in a reset."""
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sim.key}\r\nContent-Length: {len(data)}\r\n"
    head += (f"Prefer: {prefer}\r\n" if prefer else "") + "\r\n"
    reader, writer = await asyncio.open_connection(*sim.address)
    received = bytearray()
    try:
        writer.write(head.encode() + data)
        while piece := await asyncio.wait_for(reader.read(65_536), 20):
            received += piece
    except ConnectionResetError:
        return bytes(received), True
    finally:
        writer.close()
    return bytes(received), False


async def total(sim) -> int:
    """How many jobs the tenant has."""
    return (await sim.jobs("?limit=1"))["total"]
