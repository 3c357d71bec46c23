"""SERVERPROPERTY, SESSIONPROPERTY and CONNECTIONPROPERTY: what is asked about the server and a session.

Specification: Microsoft Learn's page of each. A property that no page names is NULL, as is one that does not
concern this server.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import Any, Final

from tsqld.catalog.model import Login
from tsqld.runtime.session import Session
from tsqld.types import DEFAULT_COLLATION

_SERVER: Final[dict[str, Any]] = {
    "BUILDCLRVERSION": "v4.0.30319",
    "COLLATION": DEFAULT_COLLATION,
    "COLLATIONID": 872468488,
    "COMPARISONSTYLE": 196609,
    "COMPUTERNAMEPHYSICALNETBIOS": "tsqld",
    "EDITION": "Developer Edition (64-bit)",
    "EDITIONID": -2117995310,
    "ENGINEEDITION": 3,
    "FILESTREAMCONFIGUREDLEVEL": 0,
    "FILESTREAMEFFECTIVELEVEL": 0,
    "FILESTREAMSHARENAME": "MSSQLSERVER",
    "INSTANCENAME": None,
    "ISADVANCEDANALYTICSINSTALLED": 0,
    "ISBIGDATACLUSTER": 0,
    "ISCLUSTERED": 0,
    "ISEXTERNALAUTHENTICATIONONLY": 0,
    "ISEXTERNALGOVERNANCEENABLED": 0,
    "ISFULLTEXTINSTALLED": 0,
    "ISHADRENABLED": 0,
    "ISINTEGRATEDSECURITYONLY": 0,
    "ISLOCALDB": 0,
    "ISPOLYBASEINSTALLED": 0,
    "ISSERVERSUSPENDEDFORSNAPSHOTBACKUP": 0,
    "ISSINGLEUSER": 0,
    "ISTEMPDBMETADATAMEMORYOPTIMIZED": 0,
    "ISXTPSUPPORTED": 0,
    "LCID": 1033,
    "LICENSETYPE": "DISABLED",
    "MACHINENAME": "tsqld",
    "NUMLICENSES": None,
    "PATHSEPARATOR": "/",
    "PRODUCTBUILD": "4165",
    "PRODUCTBUILDTYPE": None,
    "PRODUCTLEVEL": "RTM",
    "PRODUCTMAJORVERSION": "16",
    "PRODUCTMINORVERSION": "0",
    "PRODUCTUPDATELEVEL": "CU16",
    "PRODUCTUPDATEREFERENCE": "KB5048033",
    "PRODUCTVERSION": "16.0.4165.4",
    "RESOURCELASTUPDATEDATETIME": dt.datetime(2022, 10, 8),
    "RESOURCEVERSION": "16.00.4165",
    "SERVERNAME": "tsqld",
    "SQLCHARSET": ("tinyint", 1),
    "SQLCHARSETNAME": "iso_1",
    "SQLSORTORDER": ("tinyint", 52),
    "SQLSORTORDERNAME": "nocase_iso",
    "SUSPENDEDDATABASECOUNT": 0,
}
_DATA_PATHS: Final = ("INSTANCEDEFAULTDATAPATH", "INSTANCEDEFAULTLOGPATH", "INSTANCEDEFAULTBACKUPPATH")
_CONNECTION: Final[dict[str, Any]] = {
    "NET_TRANSPORT": "TCP",
    "PROTOCOL_TYPE": "TSQL",
    "AUTH_SCHEME": "SQL",
    "PHYSICAL_NET_TRANSPORT": "TCP",
}
_ALWAYS_ON: Final = ("ANSI_NULLS", "ANSI_PADDING", "ANSI_WARNINGS", "CONCAT_NULL_YIELDS_NULL")


def server_property(session: Session, name: str | None) -> Any:
    """A value, or a pair of base type and value."""
    word = (name or "").upper()
    if word == "PROCESSID":
        return os.getpid()
    if word in _DATA_PATHS:
        return f"{session.engine.data}/"
    return _SERVER.get(word)


def connection_property(name: str | None) -> Any:
    return _CONNECTION.get((name or "").upper())


def session_property(session: Session, name: str | None) -> int | None:
    """1 or 0 of a SET option that SESSIONPROPERTY tells."""
    options = session.options
    word = (name or "").upper()
    told = {
        **dict.fromkeys(_ALWAYS_ON, True),
        "ARITHABORT": options.arithabort,
        "NUMERIC_ROUNDABORT": False,
        "QUOTED_IDENTIFIER": options.quoted_identifier,
    }
    return int(told[word]) if word in told else None


def login_property(session: Session, login: str | None, name: str | None) -> Any:
    """What LOGINPROPERTY tells of a login; its password's hash stays with the server."""
    word, master = (name or "").upper(), session.catalog("master")
    found = master.entries.get(f"login:{login}".lower())
    if not isinstance(found, Login) and (login or "").lower() != "sa":
        return None
    database = found.database if isinstance(found, Login) else "master"
    told = {
        "BADPASSWORDCOUNT": 0,
        "DEFAULTDATABASE": database,
        "DEFAULTLANGUAGE": "us_english",
        "HISTORYLENGTH": 0,
        "ISEXPIRED": 0,
        "ISLOCKED": 0,
        "ISMUSTCHANGE": 0,
    }
    return told.get(word)
