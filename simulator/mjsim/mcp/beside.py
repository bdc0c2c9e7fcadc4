"""MCP beside the simulator in `mjsim serve`."""

import logging

from mjsim.core.error import SettingsError
from mjsim.mcp.listener import McpListener, is_installed
from mjsim.settings import Settings

PORT = 9090
"""The capability's port."""

MISSING = "MCP needs more packages: pip install 'mjsim[mcp]'."

log = logging.getLogger("mjsim")


async def serve_beside(settings: Settings, url: str) -> McpListener | None:
    """MCP in front of the simulator at `url`; None where it is not wanted or not to be had.

    `SettingsError` where it was asked for by its port and cannot be.
    """
    if settings.no_mcp or (settings.mcp_port is None and not is_installed()):
        return None
    if not is_installed():
        raise SettingsError(MISSING)
    wanted = PORT if settings.mcp_port is None else settings.mcp_port
    listener = McpListener(url, settings.ready_key, settings.host, wanted)
    try:
        await listener.start()
    except SettingsError as error:
        if settings.mcp_port is not None:
            raise
        log.warning("%s Going on without it: --mcp-port chooses the port, --no-mcp says that none is wanted.", error)
        return None
    return listener
