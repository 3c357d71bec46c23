"""The server's TLS certificate: self-signed, made once, kept in the data directory with its key, mode 0600.

Place: `tsqld.server` loads it before it listens. SQL Server does the same when it is given none; clients
accept it with TrustServerCertificate=yes. TLS 1.2, because TDS has no place for the tickets that TLS 1.3
sends after the handshake.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import socket
import ssl
from pathlib import Path
from typing import Final

_FILE: Final = "server.pem"
_VALID_DAYS: Final = 3650


def server_context(data_dir: Path) -> ssl.SSLContext:
    """TLS settings with the data directory's certificate, which is made when missing.

    Raises OSError when the directory cannot be read or written, ssl.SSLError when the file is damaged.
    """
    path = data_dir / _FILE
    if not path.exists():
        _write_private(path, _self_signed(socket.gethostname()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_TICKET
    context.load_cert_chain(path)
    return context


def _write_private(path: Path, pem: bytes) -> None:
    """The whole file or none, never readable by others."""
    draft = path.with_suffix(f".{os.getpid()}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _self_signed(host: str) -> bytes:
    """Key and certificate, PEM; an elliptic key because an RSA one takes too long to make."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64] or "tsqld")])
    now = dt.datetime.now(dt.UTC)
    known_as: list[x509.GeneralName] = [
        x509.DNSName(host or "localhost"),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(known_as), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
