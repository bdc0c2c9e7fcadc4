"""The sub-commands of `mjsim check`, in the order of its help; another one is another line here."""

from mjsim_contracts.commands import Command
from mjsim_contracts.commands.receiver import RECEIVER
from mjsim_contracts.commands.server import SERVER

COMMANDS: tuple[Command, ...] = (SERVER, RECEIVER)
