"""The least that a sender of webhooks can do: a loop over aiohttp's client that posts the same signed bytes each time.

Run as `python posting.py URL NUMBER`; it writes the seconds of its processor time.
"""

import asyncio
import sys
import time

import aiohttp
from filling import job

from mjsim.core.delivery import Delivery, Standing
from mjsim.core.instant import Instant
from mjsim.core.message import write
from mjsim.core.status import Status
from mjsim.core.tampering import TRUTHFUL
from mjsim.core.webhook import DEVELOPMENT_SECRET
from mjsim.dispatcher import PER_HOST
from mjsim.web.news import News
from mjsim.web.origin import Origin
from mjsim.web.view import View


async def post(url: str, number: int) -> float:
    """Send so many, as many at once as mjsim sends to one host; the seconds of processor time that it takes."""
    told = job(0, 100, Instant(0))
    status, instant = Status.COMPLETED, told.timeline.settled
    delivery = Delivery(1, "msg_1", told.tenant, told.id, status, url, instant, None, 0, Standing.SCHEDULED)
    body = News(View(7), Origin("http://127.0.0.1:8080")).body(told, delivery)
    message = write(url, delivery.id, body, (DEVELOPMENT_SECRET,), int(time.time()), TRUTHFUL)
    left = iter(range(number))
    async with aiohttp.ClientSession() as session:

        async def work() -> None:
            for _ in left:
                async with session.post(url, data=message.body, headers=message.headers) as answer:
                    await answer.read()

        begun = time.process_time()
        await asyncio.gather(*(work() for _ in range(PER_HOST)))
        return time.process_time() - begun


if __name__ == "__main__":
    print(asyncio.run(post(sys.argv[1], int(sys.argv[2]))))
