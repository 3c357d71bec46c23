"""The TDS side of tsqld: bytes from a client become calls to a session, its events become tokens.

Specification: Microsoft's Open Specification [MS-TDS], versions 7.1 to 7.4. No module here owns a socket;
`tsqld.server` does. Packets, prelogin, LOGIN7 and the TLS tunnel are pysqlbridge's.
"""
