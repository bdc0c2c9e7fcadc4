"""The sub-commands of `mjsim check`, in the order of its help; another one is another line here."""

from mjsim_contracts.commands import Command
from mjsim_contracts.commands.client import CLIENT
from mjsim_contracts.commands.receiver import RECEIVER
from mjsim_contracts.commands.server import SERVER
from mjsim_contracts.commands.traffic import PROXY, TRAFFIC

COMMANDS: tuple[Command, ...] = (SERVER, CLIENT, RECEIVER, TRAFFIC)

ALONE: tuple[Command, ...] = (PROXY,)
"""The commands that stand beside `check`."""
