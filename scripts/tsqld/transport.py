"""How a client is connected, as sys.dm_exec_connections and sys.dm_exec_sessions tell it.

Place: `server` knows the addresses, `tds.connection` the rest; the session keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Transport:
    """Both ends' address and port, bytes of a packet, TDS version, whether all of it is encrypted, and the
    client's own library and process."""

    client: tuple[str, int]
    local: tuple[str, int]
    packet_size: int = 0
    version: int = 0
    encrypted: bool = False
    interface: str = ""
    process: int = 0
