"""How a client is connected, as sys.dm_exec_connections tells it.

Place: `server` knows the addresses, `tds.connection` the rest; the session keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transport:
    """Both ends' address and port, bytes of a packet, TDS version, and whether all of it is encrypted."""

    client: tuple[str, int]
    local: tuple[str, int]
    packet_size: int = 0
    version: int = 0
    encrypted: bool = False
