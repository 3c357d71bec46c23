"""Writes one .sql file with everything `apply` would do, for a DBA to run in Management Studio or sqlcmd.

Beside deploy; needs no server. The file is idempotent: each script stands behind a question to the history,
its batches in EXEC (N'…') so that what is skipped is not even compiled, together with its row of the history
in one transaction. An error sets NOEXEC ON, after which nothing runs, without SQLCMD mode; the last batch
releases the lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import dedent, indent
from typing import Final

from tsql.batches import Batch, split_batches
from tsql.names import literal
from tsql.tokens import Kind, tokenize
from warehouse.errors import MigrationProblem
from warehouse.migrations.deploy import drop_statement
from warehouse.migrations.files import ObjectScript, Project, VersionedScript
from warehouse.migrations.history import record_object, record_version, resource
from warehouse.migrations.order import deployment_order
from warehouse.migrations.origin import Origin
from warehouse.migrations.run import begin_statement, ended
from warehouse.migrations.session import LOCK, LOCK_SECONDS
from warehouse.migrations.steps import STILL_OPEN, batches_of

_TOOK: Final = "DATEDIFF(MILLISECOND, @started_at, SYSUTCDATETIME())"
_RUN: Final = "(SELECT runs.run_id FROM #migration_run AS runs)"
_SETTINGS: Final = """\
SET NOCOUNT, XACT_ABORT, QUOTED_IDENTIFIER, ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT ON;
SET CONCAT_NULL_YIELDS_NULL ON;
SET NUMERIC_ROUNDABORT OFF;
SET NOEXEC OFF;"""
_DATABASE: Final = """\
IF DB_NAME() IN (N'master', N'model', N'msdb', N'tempdb')
BEGIN
    RAISERROR (N'choose the database of the warehouse first, then run this script again', 16, 1);
    SET NOEXEC ON;
END;"""
_LOCKED: Final = f"""\
DECLARE @result int;
EXEC @result = sys.sp_getapplock
    @Resource = {literal(LOCK)}, @LockMode = N'Exclusive', @LockOwner = N'Session',
    @LockTimeout = {LOCK_SECONDS * 1000};
IF @result < 0
BEGIN
    RAISERROR (N'another migrate still runs on this database; wait for it and run this script again', 16, 1);
    SET NOEXEC ON;
END;"""
_RELEASED: Final = f"""\
SET NOEXEC OFF;
GO
IF APPLOCK_MODE(N'public', {literal(LOCK)}, N'Session') <> N'NoLock'
    EXEC sys.sp_releaseapplock @Resource = {literal(LOCK)}, @LockOwner = N'Session';
GO
"""
_FAILED: Final = """\
BEGIN CATCH
    IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    DECLARE @message nvarchar(2048) = CONCAT(
        {file}, N': error ', ERROR_NUMBER(), N', line ', ERROR_LINE(), N' of its batch: ', ERROR_MESSAGE()
    );
{record}    RAISERROR (N'%s', 16, 1, @message);
    SET NOEXEC ON;
END CATCH;"""
_RECORD_FAILURE: Final = f"""\
    UPDATE ops.migration_runs
    SET status = N'failed', finished_at = SYSUTCDATETIME(), failed_file = {{file}},
        error_number = ERROR_NUMBER(), error_message = @message
    WHERE run_id = {_RUN};
"""


def offline_script(
    project: Project,
    origin: Origin,
    versioned: Sequence[VersionedScript],
    objects: Sequence[ObjectScript],
) -> str:
    """The text of the file. Errors: MigrationProblem for a token without value or a script that cannot be put
    into EXEC."""
    commit = f", git commit {origin.git_commit}" if origin.git_commit else ""
    head = [
        f"-- Written by warehouse migrate script {origin.tool_version}{commit}.",
        f"-- {len(versioned)} migrations, {len(objects)} objects, "
        f"environment {origin.environment or '(none)'}. Run it in the warehouse's database;",
        "-- what ran already is skipped, so it may be run again at any time. An error stops everything "
        "behind it.",
        _SETTINGS,
    ]
    pieces = ["\n".join(head), _DATABASE, _LOCKED]
    pieces += [_tried("history", batch.text) for batch in split_batches(resource("history.sql"))]
    pieces += [_checked(project.versioned), _work(versioned, objects)]
    pieces += [resource("facts.sql"), resource("shape_begin.sql"), _begun(origin)]
    pieces += [_versioned(project, script, origin) for script in versioned]
    pieces += [_object(script, origin) for script in deployment_order(objects)]
    pieces += [resource("facts.sql"), ended(_RUN, "script"), "PRINT N'done';"]
    return "\nGO\n".join(piece.strip() for piece in pieces) + f"\nGO\n{_RELEASED}"


def _tried(file: str, text: str) -> str:
    failed = _FAILED.format(file=literal(file), record="")
    return f"BEGIN TRY\n{indent(text.strip(), '    ')}\nEND TRY\n{failed}"


def _checked(scripts: Sequence[VersionedScript]) -> str:
    """Compare the history with the files: edited, gone and out of order stop the script."""
    rows = ",\n        ".join(
        f"({script.version}, {literal(script.file)}, {literal(script.content_hash)})" for script in scripts
    )
    files = (
        f"(\n    VALUES\n        {rows}\n) AS files (version, file_path, content_hash)"
        if rows
        else ("(SELECT 0 AS version, N'' AS file_path, 0x AS content_hash WHERE 1 = 0) AS files")
    )
    return dedent(
        """\
        DECLARE @problem nvarchar(2048);
        SELECT TOP (1) @problem = CONCAT(
            applied.file_path,
            IIF(files.version IS NULL, N': ran in this database but is gone', N': was edited after it ran'),
            N'; compare with: warehouse migrate status'
        )
        FROM ops.schema_migrations AS applied
        LEFT JOIN {files} ON files.version = applied.version
        WHERE files.version IS NULL OR files.content_hash <> applied.content_hash
        ORDER BY applied.version;
        IF @problem IS NOT NULL
        BEGIN
            RAISERROR (N'%s', 16, 1, @problem);
            SET NOEXEC ON;
        END;"""
    ).replace("{files}", files)


def _work(versioned: Sequence[VersionedScript], objects: Sequence[ObjectScript]) -> str:
    """End here when there is nothing to do; end with an error when a script comes too late."""
    versions = ", ".join(f"({script.version}, {literal(script.file)})" for script in versioned) or "(0, N'')"
    hashes = ", ".join(
        f"({literal(item.name.schema)}, {literal(item.name.name)}, {literal(item.content_hash)})"
        for item in objects
    )
    deployed = (
        f"""
    OR EXISTS (
        SELECT 1
        FROM (VALUES {hashes}) AS files (schema_name, object_name, content_hash)
        WHERE NOT EXISTS (
            SELECT 1
            FROM ops.object_versions AS versions
            WHERE versions.version_id = (
                    SELECT MAX(newest.version_id)
                    FROM ops.object_versions AS newest
                    WHERE newest.schema_name = files.schema_name AND newest.object_name = files.object_name
                )
                AND versions.outcome <> N'dropped'
                AND versions.content_hash = files.content_hash
        )
    )"""
        if hashes
        else ""
    )
    return f"""\
DECLARE @late nvarchar(400);
SELECT TOP (1) @late = files.file_path
FROM (VALUES {versions}) AS files (version, file_path)
WHERE files.version > 0
    AND NOT EXISTS (SELECT 1 FROM ops.schema_migrations AS applied WHERE applied.version = files.version)
    AND files.version < (SELECT MAX(applied.version) FROM ops.schema_migrations AS applied)
ORDER BY files.version;
IF @late IS NOT NULL
BEGIN
    RAISERROR (N'%s has a lower version than one that already ran; rename it', 16, 1, @late);
    SET NOEXEC ON;
END;
IF NOT (
    NOT EXISTS (SELECT 1 FROM ops.migration_runs AS runs WHERE runs.is_shape_recorded = 1)
    OR EXISTS (SELECT 1 FROM ops.migration_runs AS runs WHERE runs.is_shape_recorded = 0)
    OR EXISTS (
        SELECT 1
        FROM (VALUES {versions}) AS files (version, file_path)
        WHERE files.version > 0
            AND NOT EXISTS (
                SELECT 1 FROM ops.schema_migrations AS applied WHERE applied.version = files.version
            )
    ){deployed}
)
BEGIN
    PRINT N'up to date';
    SET NOEXEC ON;
END;"""


def _begun(origin: Origin) -> str:
    return f"""\
DROP TABLE IF EXISTS #migration_run;
CREATE TABLE #migration_run (run_id bigint NOT NULL);
{dedent(begin_statement("script", origin)).strip()}
INSERT INTO #migration_run (run_id) VALUES (@run_id);"""


def _versioned(project: Project, script: VersionedScript, origin: Origin) -> str:
    guard = f"SELECT 1 FROM ops.schema_migrations AS applied WHERE applied.version = {script.version}"
    batches = batches_of(script.file, project.rendered(script))
    _refuse_what_exec_loses(script.file, batches)
    body = [statement for batch in batches for statement in _executed(batch)]
    record = dedent(record_version(_TOOK, script=script, origin=origin)).strip()
    return _unit(script.file, guard, body, record, "applied", transactional=script.transactional)


def _object(script: ObjectScript, origin: Origin) -> str:
    schema, name = literal(script.name.schema), literal(script.name.name)
    guard = f"""
    SELECT 1
    FROM ops.object_versions AS versions
    WHERE versions.version_id = (
            SELECT MAX(newest.version_id)
            FROM ops.object_versions AS newest
            WHERE newest.schema_name = {schema} AND newest.object_name = {name}
        )
        AND versions.outcome <> N'dropped'
        AND versions.content_hash = {literal(script.content_hash)}
"""
    declared, text = _text_in_pieces(script.text, batches_of(script.file, script.text))
    body = [drop_statement(script.name, script.kind).strip()] if script.is_replaced else []
    body += [
        line
        for variable, value in declared
        for line in (f"DECLARE {variable} nvarchar(max) = {value};", f"EXEC ({variable});")
    ]
    record = record_object(
        _TOOK,
        name=script.name,
        kind=script.kind,
        outcome="deployed",
        file=script.file,
        text=text,
        content_hash=literal(script.content_hash),
        origin=origin,
        text_hash=script.text_hash,
    )
    return _unit(script.file, guard, body, dedent(record).strip(), "deployed", transactional=True)


def _unit(file: str, guard: str, body: Sequence[str], record: str, done: str, *, transactional: bool) -> str:
    """A script behind its guard, in its transaction."""
    begin, commit = (
        (
            "    BEGIN TRANSACTION;\n",
            f"{indent(dedent(STILL_OPEN).strip(), '    ')}\n    COMMIT TRANSACTION;\n",
        )
        if transactional
        else ("", "")
    )
    failed = _FAILED.format(file=literal(file), record=_RECORD_FAILURE.format(file=literal(file)))
    still_open, _, committed = commit.rpartition("    COMMIT")
    commands = "\n".join(f"    {line}" for line in body)
    return (
        f"-- {file}\nIF NOT EXISTS ({guard})\nBEGIN\nBEGIN TRY\n"
        f"    DECLARE @started_at datetime2(3) = SYSUTCDATETIME();\n    DECLARE @repeat int;\n{begin}"
        f"{commands}\n{still_open}    {record}\n"
        + (f"    COMMIT{committed}" if transactional else "")
        + f"    PRINT {literal(f'{done} {file}')};\nEND TRY\n{failed}\nEND;"
    )


def _executed(batch: Batch) -> Iterator[str]:
    run = f"EXEC ({literal(batch.text.strip())});"
    if batch.repeat == 1:
        yield run
        return
    yield f"SET @repeat = {batch.repeat};"
    yield f"WHILE @repeat > 0 BEGIN {run} SET @repeat -= 1; END;"


def _text_in_pieces(text: str, batches: Sequence[Batch]) -> tuple[list[tuple[str, str]], str]:
    """Variables that hold the batches, and an expression of them that is the whole text again."""
    declared: list[tuple[str, str]] = []
    pieces: list[str] = []
    position = 0
    for number, batch in enumerate(batches, 1):
        start = text.index(batch.text, position)
        if start > position:
            pieces.append(literal(text[position:start]))
        declared.append((f"@batch_{number}", literal(batch.text)))
        pieces.append(f"@batch_{number}")
        position = start + len(batch.text)
    pieces.append(literal(text[position:]))
    return declared, f"CONCAT({', '.join(pieces)})"


def _refuse_what_exec_loses(file: str, batches: Sequence[Batch]) -> None:
    """Errors: MigrationProblem where batches share what ends with an EXEC: temporary tables and SET
    IDENTITY_INSERT."""
    seen: set[str] = set()
    for batch in batches:
        tokens = tokenize(batch.text)
        names = {
            token.value.lower()
            for token in tokens
            if token.kind in (Kind.NAME, Kind.QUOTED)
            and token.value.startswith("#")
            and token.value[1:2] != "#"
        }
        words = [token.upper for token in tokens]
        if names & seen or words.count("IDENTITY_INSERT") % 2:
            what = sorted(names & seen)[0] if names & seen else "SET IDENTITY_INSERT"
            raise MigrationProblem(
                f"{file}, line {batch.line}: {what} lasts over more than one batch, which an offline script "
                f"cannot "
                "carry; put it into one batch"
            )
        seen |= names
