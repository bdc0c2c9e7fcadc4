"""A stored job is its value in MessagePack: what is read back equals what was written, and costs about half a kilobyte."""

import msgspec

from mjsim.core.job import Job

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Job).decode
