"""Queries that tools send unasked: Power BI's navigator, Tabular Editor's import, SSMS's Object Explorer.

As recorded by people who traced their tools; the database is that of tests/engine/tool_sample/every_kind.sql.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from tests.engine.session import Client

_SAMPLE: Final = (Path(__file__).parent / "tool_sample" / "every_kind.sql").read_text(encoding="utf-8")
_NAVIGATOR: Final = """
select [t].[TABLE_CATALOG], [t].[TABLE_SCHEMA], [t].[TABLE_NAME], [t].[TABLE_TYPE],
    tv.create_date [CREATED_DATE], tv.modify_date [MODIFIED_DATE], cast(e.value as nvarchar(max))
        [DESCRIPTION]
from [INFORMATION_SCHEMA].[TABLES] as [t]
join sys.schemas as s on s.name = [t].[TABLE_SCHEMA]
join sys.objects as tv on tv.name = [t].[TABLE_NAME] and tv.schema_id = s.schema_id and tv.parent_object_id
    = 0
left outer join sys.extended_properties as e on tv.object_id = e.major_id and e.minor_id = 0 and e.class = 1
    and e.name = 'MS_Description'
where 1=1 and 1=1"""
_FUNCTIONS: Final = """
select r.[ROUTINE_SCHEMA], r.[ROUTINE_NAME], r.[ROUTINE_TYPE], p.create_date [CREATED_DATE],
    p.modify_date [MODIFIED_DATE], cast(e.value as nvarchar(max)) [DESCRIPTION]
from [INFORMATION_SCHEMA].[ROUTINES] as r
join sys.schemas as s on s.name = r.[ROUTINE_SCHEMA]
join sys.objects as p on p.name = r.[ROUTINE_NAME] and p.schema_id = s.schema_id and p.parent_object_id = 0
left outer join sys.extended_properties as e on p.object_id = e.major_id and e.minor_id = 0 and e.class = 1
    and e.name = 'MS_Description'
where r.[ROUTINE_TYPE] = 'FUNCTION'"""
_RELATIONS: Final = """
select convert(nvarchar, fk.object_id) [FK_NAME], cast(f.constraint_column_id as bigint) [ORDINAL],
    s1.name [TABLE_SCHEMA_1], o1.name [TABLE_NAME_1], c1.name [PK_COLUMN_NAME_1],
    s2.name [TABLE_SCHEMA_2], o2.name [TABLE_NAME_2], c2.name [PK_COLUMN_NAME_2],
    f.constraint_object_id, f.constraint_column_id
from sys.foreign_key_columns as f
join sys.foreign_keys as fk on f.constraint_object_id = fk.object_id
join sys.objects as o1 on o1.object_id = f.parent_object_id
join sys.schemas as s1 on s1.schema_id = o1.schema_id
join sys.objects as o2 on o2.object_id = f.referenced_object_id
join sys.schemas as s2 on s2.schema_id = o2.schema_id
join sys.columns as c1 on c1.object_id = o1.object_id and c1.column_id = f.parent_column_id
join sys.columns as c2 on c2.object_id = o2.object_id and c2.column_id = f.referenced_column_id
where (s1.name = 'shop' and o1.name = 'orders') or (s2.name = 'shop' and o2.name = 'orders')
union select convert(nvarchar, fk.object_id) [FK_NAME], cast(f.constraint_column_id as bigint) [ORDINAL],
    s1.name [TABLE_SCHEMA_1], o1.name [TABLE_NAME_1], c1.name [PK_COLUMN_NAME_1],
    s2.name [TABLE_SCHEMA_2], o2.name [TABLE_NAME_2], c2.name [PK_COLUMN_NAME_2],
    f.constraint_object_id, f.constraint_column_id
from sys.foreign_key_columns as f
join sys.foreign_keys as fk on f.constraint_object_id = fk.object_id
join sys.objects as o1 on o1.object_id = f.parent_object_id
join sys.schemas as s1 on s1.schema_id = o1.schema_id
join sys.objects as o2 on o2.object_id = f.referenced_object_id
join sys.schemas as s2 on s2.schema_id = o2.schema_id
join sys.columns as c1 on c1.object_id = o1.object_id and c1.column_id = f.parent_column_id
join sys.columns as c2 on c2.object_id = o2.object_id and c2.column_id = f.referenced_column_id
where (s1.name = 'shop' and o1.name = 'orders') or (s2.name = 'shop' and o2.name = 'orders')
order by f.constraint_object_id, f.constraint_column_id"""
_KEYS: Final = """
select i.[CONSTRAINT_SCHEMA] + '_' + i.[CONSTRAINT_NAME] [INDEX_NAME], ii.[COLUMN_NAME],
    cast(ii.[ORDINAL_POSITION] as bigint) [ORDINAL_POSITION],
    case when i.[CONSTRAINT_TYPE] = 'PRIMARY KEY' then 'Y' else 'N' end [PRIMARY_KEY]
from [INFORMATION_SCHEMA].[TABLE_CONSTRAINTS] as i
inner join [INFORMATION_SCHEMA].[KEY_COLUMN_USAGE] as ii on i.[CONSTRAINT_SCHEMA] = ii.[CONSTRAINT_SCHEMA]
    and i.[CONSTRAINT_NAME] = ii.[CONSTRAINT_NAME] and i.[TABLE_SCHEMA] = ii.[TABLE_SCHEMA]
    and i.[TABLE_NAME] = ii.[TABLE_NAME]
where i.[TABLE_SCHEMA] = 'shop' and i.[TABLE_NAME] = 'orders'
    and i.[CONSTRAINT_TYPE] in ('PRIMARY KEY', 'UNIQUE')
order by i.[CONSTRAINT_SCHEMA] + '_' + i.[CONSTRAINT_NAME], ii.[TABLE_SCHEMA], ii.[TABLE_NAME],
    ii.[ORDINAL_POSITION]"""
_COLUMNS: Final = """
select s.name [TABLE_SCHEMA], o.name [TABLE_NAME], c.name [COLUMN_NAME],
    cast(c.column_id as bigint) [ORDINAL_POSITION], c.is_nullable [IS_NULLABLE],
    case when (t.is_user_defined = 0 and t.name is not null) then t.name
        when (c.system_type_id = 240 or t.name is null) then 'udt' else t_system.name end [DATA_TYPE],
    case when (c.system_type_id in (59, 62)) then 2 when (c.system_type_id in (48, 52, 56, 60, 104, 106,
        108, 122, 127))
        then 10 else null end [NUMERIC_PRECISION_RADIX],
    c.precision [NUMERIC_PRECISION],
    case when (c.system_type_id in (59, 62)) then null else c.scale end [NUMERIC_SCALE],
    case when (c.system_type_id in (40, 41, 42, 43, 58, 61)) then c.scale else null end [DATETIME_PRECISION],
    case when (c.system_type_id in (231, 239)) then floor(c.max_length / 2)
        when (c.system_type_id in (165, 167, 173, 175)) then c.max_length else null end
            [CHARACTER_MAXIMUM_LENGTH],
    cast(e.value as nvarchar(max)) [DESCRIPTION], d.definition [COLUMN_DEFAULT], cc.definition
        [COLUMN_EXPRESSION],
    case when c.is_identity = 1 or c.is_computed = 1 or t.system_type_id = 189 or c.generated_always_type > 0
        then 0 else 1 end [IS_WRITABLE]
from sys.objects as o
join sys.schemas as s on s.schema_id = o.schema_id
join sys.columns as c on o.object_id = c.object_id
left join sys.types as t on c.user_type_id = t.user_type_id
left join sys.types as t_system on t.system_type_id = t_system.user_type_id
left join sys.default_constraints as d on d.object_id = c.default_object_id
left join sys.computed_columns as cc on c.object_id = cc.object_id and c.column_id = cc.column_id
left outer join sys.extended_properties as e on o.object_id = e.major_id and c.column_id = e.minor_id
    and e.class = 1 and e.name = 'MS_Description'
where s.name = 'shop' and o.name = 'customers'
order by 1, 2, c.column_id"""


@pytest.fixture
def shop(client: Client) -> Client:
    client(_SAMPLE)
    return client


def test_power_bi_lists_tables_and_views_with_their_descriptions(shop: Client) -> None:
    told = {row[2]: (row[3], row[6]) for row in shop(_NAVIGATOR).rows if row[1] == "shop"}
    assert told == {
        "customers": ("BASE TABLE", "Who buys"),
        "heap": ("BASE TABLE", None),
        "history": ("BASE TABLE", None),
        "orders": ("BASE TABLE", None),
        "big_orders": ("VIEW", None),
        "names": ("VIEW", None),
    }


def test_power_bi_lists_functions(shop: Client) -> None:
    assert sorted(row[1] for row in shop(_FUNCTIONS).rows) == ["numbers", "orders_of", "twice"]


def test_power_bi_finds_relations_and_keys(shop: Client) -> None:
    assert [row[2:8] for row in shop(_RELATIONS).rows] == [
        ("shop", "orders", "customer_id", "shop", "customers", "customer_id")
    ]
    assert shop(_KEYS).rows == [
        ("shop_PK_orders", "order_id", 1, "Y"),
        ("shop_PK_orders", "order_date", 2, "Y"),
    ]


def test_power_bi_reads_the_columns_of_a_table(shop: Client) -> None:
    told = {row[2]: row for row in shop(_COLUMNS).rows}
    assert told["customer_id"][3:9] == (1, False, "int", 10, 10, 0)
    assert told["name"][5] == "nvarchar"
    assert told["name"][10:12] == (100, "Their name")
    assert told["code"][5] == "nvarchar"
    assert told["balance"][12] == "((0))"
    assert told["full_name"][13:] == ("(([name]+N' ')+[code])", 0)


def test_ssms_lists_the_databases_it_may_open(shop: Client) -> None:
    told = shop("""
        SELECT dtb.name AS [Name], dtb.database_id AS [ID],
            CAST(has_dbaccess(dtb.name) AS bit) AS [IsAccessible], dtb.state AS [Status]
        FROM master.sys.databases AS dtb
        WHERE (CAST(case when dtb.name in ('master','model','msdb','tempdb') then 1 else dtb.is_distributor
            end AS bit)=0)
        ORDER BY [Name] ASC""")
    assert all(row[2] and row[3] == 0 for row in told.rows)


def test_ssms_shows_the_activity_of_the_server(shop: Client) -> None:
    told = shop("""
        SELECT [Session ID] = s.session_id, [User Process] = CONVERT(CHAR(1), s.is_user_process),
            [Login] = s.login_name, [Database] = ISNULL(db_name(r.database_id), N''),
            [Task State] = ISNULL(r.status, N''), [Command] = ISNULL(r.command, N''),
            [Wait Time (ms)] = ISNULL(w.wait_duration_ms, 0), [Blocked By] = ISNULL(CONVERT(varchar,
                w.blocking_session_id), ''),
            [Open Transactions Count] = ISNULL(r.open_transaction_count, 0), [Host Name] =
                ISNULL(s.host_name, N'')
        FROM sys.dm_exec_sessions s LEFT OUTER JOIN sys.dm_exec_connections c ON (s.session_id = c.session_id)
        LEFT OUTER JOIN sys.dm_exec_requests r ON (s.session_id = r.session_id)
        LEFT OUTER JOIN sys.dm_os_waiting_tasks w ON (w.session_id = s.session_id)
        LEFT OUTER JOIN sys.sysprocesses p ON (s.session_id = p.spid)
        WHERE s.session_id = @@SPID""")
    assert told.rows[0][1:3] == ("1", "sa")
    assert told.rows[0][4:6] == ("running", "SELECT")
