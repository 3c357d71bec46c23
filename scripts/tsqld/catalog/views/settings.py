"""Views of what is configured and known server-wide: options, languages, endpoints, messages, time zones.

Options are kept in master as sp_configure sets them; those that would change answers it refuses to change.
Source: Microsoft Learn, "Server configuration options" and the page of each view.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tsqld.catalog.model import Catalog, UserMessage
from tsqld.catalog.views.spec import Row, Rows, View, view
from tsqld.errors import MESSAGES, UNSUPPORTED
from tsqld.functions.zones import WINDOWS
from tsqld.types import DEFAULT_COLLATION

if TYPE_CHECKING:
    from tsqld.runtime.session import Session


@dataclass(frozen=True, slots=True)
class ServerOption:
    """An option of sp_configure, as `options.txt` lists it."""

    number: int
    value: int
    least: int
    most: int
    is_dynamic: bool
    is_advanced: bool
    name: str
    description: str


def _read_options() -> tuple[ServerOption, ...]:
    text = files("tsqld").joinpath("options.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple(
        ServerOption(int(n), int(value), int(low), int(high), dynamic == "1", advanced == "1", name, about)
        for n, value, low, high, dynamic, advanced, name, about in rows
    )


SERVER_OPTIONS: Final = _read_options()
KEPT: Final = "CONFIGURED {}"
IN_USE: Final = "IN USE {}"
"""The options of master under which a server option's values are kept."""


def configured(session: Session, option: ServerOption) -> tuple[int, int]:
    """What an option is set to, and what is in use since RECONFIGURE."""
    kept = session.catalog("master").options
    usual = str(option.value)
    return int(kept.get(KEPT.format(option.number), usual)), int(
        kept.get(IN_USE.format(option.number), usual)
    )


def _configurations(session: Session, catalog: Catalog) -> Iterator[Row]:
    for option in SERVER_OPTIONS:
        value, in_use = configured(session, option)
        yield {
            "configuration_id": option.number,
            "name": option.name,
            "value": value,
            "minimum": option.least,
            "maximum": option.most,
            "value_in_use": in_use,
            "description": option.description,
            "is_dynamic": option.is_dynamic,
            "is_advanced": option.is_advanced,
        }


def _old(place: int) -> Rows:
    """sysconfigures (the first of what is `configured`) and syscurconfigs (the second)."""

    def rows(session: Session, catalog: Catalog) -> Iterator[Row]:
        for option in SERVER_OPTIONS:
            yield {
                "value": configured(session, option)[place],
                "config": option.number,
                "comment": option.description,
                "status": option.is_dynamic | option.is_advanced << 1,
            }

    return rows


_MONTHS: Final = "January,February,March,April,May,June,July,August,September,October,November,December"
_DAYS: Final = "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday"


def _languages(session: Session, catalog: Catalog) -> Iterator[Row]:
    """us_english, the only one that sessions can have."""
    yield {
        "name": "us_english",
        "alias": "English",
        "months": _MONTHS,
        "shortmonths": ",".join(month[:3] for month in _MONTHS.split(",")),
        "days": _DAYS,
    }


def _messages(session: Session, catalog: Catalog) -> Iterator[Row]:
    """What the engine itself says, and what sp_addmessage has added."""
    for number, (severity, _, text) in MESSAGES.items():
        if number != UNSUPPORTED:
            yield {"message_id": number, "severity": severity, "text": text.replace("{}", "%ls")}
    for entry in session.catalog("master").entries.values():
        if isinstance(entry, UserMessage):
            yield {"message_id": entry.message_id, "severity": entry.severity, "text": entry.text}


def _old_messages(session: Session, catalog: Catalog) -> Iterator[Row]:
    for row in _messages(session, catalog):
        yield {"error": row["message_id"], "severity": row["severity"], "description": row["text"]}


def _servers(session: Session, catalog: Catalog) -> Iterator[Row]:
    """The server itself: no other can be linked."""
    yield {
        "name": "tsqld",
        "data_source": "tsqld",
        "modify_date": session.engine.started,
        "collation_name": None,
    }


def _old_servers(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield {"srvname": "tsqld", "datasource": "tsqld", "schemadate": session.engine.started}


_ENDPOINTS: Final = (
    (1, "Dedicated Admin Connection", 2, "TCP", 1),
    (2, "TSQL Local Machine", 4, "SHARED_MEMORY", 0),
    (3, "TSQL Named Pipes", 3, "NAMED_PIPES", 0),
    (4, "TSQL Default TCP", 2, "TCP", 0),
)


def _endpoints(session: Session, catalog: Catalog) -> Iterator[Row]:
    for number, name, protocol, described, admin in _ENDPOINTS:
        yield {
            "name": name,
            "endpoint_id": number,
            "protocol": protocol,
            "protocol_desc": described,
            "is_admin_endpoint": admin,
        }


def _tcp_endpoints(session: Session, catalog: Catalog) -> Iterator[Row]:
    return (row for row in _endpoints(session, catalog) if row["protocol_desc"] == "TCP")


def _zones(session: Session, catalog: Catalog) -> Iterator[Row]:
    now = dt.datetime.now(dt.UTC)
    for name, known in sorted(WINDOWS.items()):
        try:
            local = now.astimezone(ZoneInfo(known))
        except ZoneInfoNotFoundError:
            continue
        minutes = int((local.utcoffset() or dt.timedelta()).total_seconds() // 60)
        hours, rest = divmod(abs(minutes), 60)
        yield {
            "name": name,
            "current_utc_offset": f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}",
            "is_currently_dst": bool(local.dst()),
        }


_CLASSES: Final = """0 DATABASE,1 OBJECT_OR_COLUMN,3 SCHEMA,4 DATABASE_PRINCIPAL,5 ASSEMBLY,6 TYPE,
    10 XML_SCHEMA_COLLECTION,15 MESSAGE_TYPE,16 SERVICE_CONTRACT,17 SERVICE,18 REMOTE_SERVICE_BINDING,
    19 ROUTE,23 FULLTEXT_CATALOG,24 SYMMETRIC_KEYS,25 CERTIFICATE,26 ASYMMETRIC_KEY,29 FULLTEXT_STOPLIST,
    31 SEARCH_PROPERTY_LIST,32 DATABASE_SCOPED_CREDENTIAL,34 EXTERNAL_LANGUAGE,100 SERVER,
    101 SERVER_PRINCIPAL,105 ENDPOINT,108 AVAILABILITY_GROUP"""


def _classes(session: Session, catalog: Catalog) -> Iterator[Row]:
    for entry in _CLASSES.split(","):
        number, name = entry.split()
        yield {"class_desc": name, "class": int(number)}


_POOLS: Final = ((1, "internal"), (2, "default"))


def _pools(session: Session, catalog: Catalog) -> Iterator[Row]:
    for number, name in _POOLS:
        yield {"pool_id": number, "name": name}


def _groups(session: Session, catalog: Catalog) -> Iterator[Row]:
    for number, name in _POOLS:
        yield {"group_id": number, "name": name, "pool_id": number}


_CONFIGURED: Final = """value int, config smallint, comment nvarchar(255), status smallint"""
_ENDPOINT: Final = """name sysname, endpoint_id int, principal_id int = 1, protocol tinyint,
    protocol_desc nvarchar(60), type tinyint = 2, type_desc nvarchar(60) = 'TSQL', state tinyint = 0,
    state_desc nvarchar(60) = 'STARTED', is_admin_endpoint bit"""
_POOL: Final = """pool_id int, name sysname, min_cpu_percent int = 0, max_cpu_percent int = 100,
    min_memory_percent int = 0, max_memory_percent int = 100, cap_cpu_percent int = 100,
    min_iops_per_volume int = 0, max_iops_per_volume int = 0"""
_SENSITIVITY: Final = {
    "CI_AS": "case-insensitive, accent-sensitive",
    "CS_AS": "case-sensitive, accent-sensitive",
    "CI_AI": "case-insensitive, accent-insensitive",
    "CS_AI": "case-sensitive, accent-insensitive",
    "BIN": "binary sort",
    "BIN2": "binary code point comparison sort",
}


def _collations(session: Session, catalog: Catalog) -> Iterator[Row]:
    """Behind sys.fn_helpcollations: those of Latin1_General, which this engine compares by."""
    for family in ("Latin1_General", "Latin1_General_100"):
        for ending, told in _SENSITIVITY.items():
            about = f"{family.replace('_', '-')}, {told}"
            if not ending.startswith("BIN"):
                about += ", kanatype-insensitive, width-insensitive"
            yield {"name": f"{family}_{ending}", "description": about}
    about = (
        "Latin1-General, case-insensitive, accent-sensitive, kanatype-insensitive, width-insensitive for "
        "Unicode Data, SQL Server Sort Order 52 on Code Page 1252 for non-Unicode Data"
    )
    yield {"name": DEFAULT_COLLATION, "description": about}


VIEWS: Final[dict[str, View]] = {
    "configurations": view(
        """configuration_id int, name nvarchar(35), value sql_variant, minimum sql_variant,
        maximum sql_variant, value_in_use sql_variant, description nvarchar(255), is_dynamic bit,
        is_advanced bit""",
        _configurations,
    ),
    "sysconfigures": view(_CONFIGURED, _old(0)),
    "syscurconfigs": view(_CONFIGURED, _old(1)),
    "syslanguages": view(
        """langid smallint = 0, dateformat nchar(3) = 'mdy', datefirst tinyint = 7, upgrade int = 0,
        name sysname, alias sysname, months nvarchar(372), shortmonths nvarchar(132), days nvarchar(217),
        lcid int = 1033, msglangid smallint = 1033""",
        _languages,
    ),
    "messages": view(
        """message_id int, language_id smallint = 1033, severity tinyint, is_event_logged bit = 0,
        text nvarchar(2048)""",
        _messages,
    ),
    "sysmessages": view(
        """error int, severity tinyint, dlevel smallint = 0, description nvarchar(255),
        msglangid smallint = 1033""",
        _old_messages,
    ),
    "servers": view(
        """server_id int = 0, name sysname, product sysname = 'SQL Server', provider sysname = 'SQLNCLI',
        data_source nvarchar(4000), location nvarchar(4000), provider_string nvarchar(4000), catalog sysname,
        connect_timeout int = 0, query_timeout int = 0, is_linked bit = 0, is_remote_login_enabled bit = 1,
        is_rpc_out_enabled bit = 1, is_data_access_enabled bit = 0, is_collation_compatible bit = 0,
        uses_remote_collation bit = 1, collation_name sysname, lazy_schema_validation bit = 0,
        is_system bit = 0, is_publisher bit = 0, is_subscriber bit = 0, is_distributor bit = 0,
        is_nonsql_subscriber bit = 0, is_remote_proc_transaction_promotion_enabled bit = 0,
        modify_date datetime, is_rda_server bit = 0""",
        _servers,
    ),
    "sysservers": view(
        """srvid smallint = 0, srvstatus smallint = 1089, srvname sysname,
        srvproduct nvarchar(128) = 'SQL Server', providername nvarchar(128) = 'SQLOLEDB',
        datasource nvarchar(4000), location nvarchar(4000), providerstring nvarchar(4000),
        schemadate datetime, topologyx int = 0, topologyy int = 0, catalog sysname, srvcollation sysname,
        connecttimeout int = 0, querytimeout int = 0, srvnetname char(30), isremote bit = 1, rpc bit = 1,
        pub bit = 0, sub bit = 0, dist bit = 0, dpub bit = 0, rpcout bit = 1, dataaccess bit = 0,
        collationcompatible bit = 0, system bit = 0, useremotecollation bit = 1, lazyschemavalidation bit = 0,
        collation sysname, nonsqlsub bit = 0""",
        _old_servers,
    ),
    "endpoints": view(_ENDPOINT, _endpoints),
    "tcp_endpoints": view(
        f"{_ENDPOINT}, port int = 0, is_dynamic_port bit = 0, ip_address nvarchar(45)", _tcp_endpoints
    ),
    "time_zone_info": view("name sysname, current_utc_offset nvarchar(6), is_currently_dst bit", _zones),
    "tsqld_collations": view("name sysname, description nvarchar(1000)", _collations),
    "securable_classes": view("class_desc nvarchar(60), class int", _classes),
    "resource_governor_configuration": view(
        """classifier_function_id int = 0, is_enabled bit = 0, max_outstanding_io_per_volume int = 0""",
        lambda session, catalog: [{}],
    ),
    "resource_governor_resource_pools": view(_POOL, _pools),
    "resource_governor_external_resource_pools": view(
        """external_pool_id int, name sysname, max_cpu_percent int = 100, max_memory_percent int = 20,
        max_processes int = 0, version bigint = 1""",
        lambda session, catalog: [{"external_pool_id": 2, "name": "default"}],
    ),
    "resource_governor_workload_groups": view(
        """group_id int, name sysname, importance sysname = 'Medium',
        request_max_memory_grant_percent int = 25, request_max_cpu_time_sec int = 0,
        request_memory_grant_timeout_sec int = 0, max_dop int = 0, group_max_requests int = 0, pool_id int,
        external_pool_id int = 2, request_max_memory_grant_percent_numeric float = 25""",
        _groups,
    ),
    "dm_resource_governor_configuration": view(
        """classifier_function_id int = 0, is_reconfiguration_pending bit = 0,
        max_outstanding_io_per_volume int = 0""",
        lambda session, catalog: [{}],
    ),
    "dm_resource_governor_resource_pools": view(
        """pool_id int, name sysname, min_cpu_percent int = 0, max_cpu_percent int = 100,
        min_memory_percent int = 0, max_memory_percent int = 100, cap_cpu_percent int = 100,
        min_iops_per_volume int = 0, max_iops_per_volume int = 0""",
        _pools,
    ),
}
