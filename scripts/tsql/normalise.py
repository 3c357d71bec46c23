"""A hash of T-SQL text that changes when its meaning may have changed, and not otherwise.

After batches; migrations compare it to find edited scripts and changed objects. Line endings, white
space, comments and the case of keywords do not count; strings, quoted names, bare names and the places of
GO do. Reserved words: Microsoft Learn, "Reserved keywords (Transact-SQL)"; types: "Data types".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from tsql.batches import split_tokens
from tsql.tokens import Kind, Token, TokenError

_RESERVED_WORDS = """
    ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASCADE CASE CHECK
    CHECKPOINT CLOSE CLUSTERED COALESCE COLLATE COLUMN COMMIT COMPUTE CONSTRAINT CONTAINS CONTAINSTABLE
    CONTINUE CONVERT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER CURSOR
    DATABASE DBCC DEALLOCATE DECLARE DEFAULT DELETE DENY DESC DISK DISTINCT DISTRIBUTED DOUBLE DROP DUMP
    ELSE END ERRLVL ESCAPE EXCEPT EXEC EXECUTE EXISTS EXIT EXTERNAL FETCH FILE FILLFACTOR FOR FOREIGN
    FREETEXT FREETEXTTABLE FROM FULL FUNCTION GOTO GRANT GROUP HAVING HOLDLOCK IDENTITY IDENTITY_INSERT
    IDENTITYCOL IF IN INDEX INNER INSERT INTERSECT INTO IS JOIN KEY KILL LEFT LIKE LINENO LOAD MERGE
    NATIONAL NOCHECK NONCLUSTERED NOT NULL NULLIF OF OFF OFFSETS ON OPEN OPENDATASOURCE OPENQUERY OPENROWSET
    OPENXML OPTION OR ORDER OUTER OVER PERCENT PIVOT PLAN PRECISION PRIMARY PRINT PROC PROCEDURE PUBLIC
    RAISERROR READ READTEXT RECONFIGURE REFERENCES REPLICATION RESTORE RESTRICT RETURN REVERT REVOKE RIGHT
    ROLLBACK ROWCOUNT ROWGUIDCOL RULE SAVE SCHEMA SECURITYAUDIT SELECT SESSION_USER SET SETUSER SHUTDOWN
    SOME STATISTICS SYSTEM_USER TABLE TABLESAMPLE TEXTSIZE THEN TO TOP TRAN TRANSACTION TRIGGER TRUNCATE
    TRY_CONVERT TSEQUAL UNION UNIQUE UNPIVOT UPDATE UPDATETEXT USE USER VALUES VARYING VIEW WAITFOR WHEN
    WHERE WHILE WITH WITHIN WRITETEXT
"""
# Words with a meaning of their own only beside others; a bare name spelt alike is as good as never met.
_CONTEXTUAL_WORDS = """
    NOCOUNT XACT_ABORT QUOTED_IDENTIFIER ANSI_NULLS ISOLATION LEVEL COMMITTED UNCOMMITTED SNAPSHOT
    SERIALIZABLE REPEATABLE TRY CATCH THROW OUTPUT READONLY RETURNS SCHEMABINDING PARTITION RANGE ROWS
    PRECEDING FOLLOWING UNBOUNDED APPLY OFFSET NEXT ONLY MATCHED USING PERSISTED INCLUDE COLUMNSTORE MAX GO
    SEQUENCE SYNONYM TYPE
"""
_TYPES_WORDS = """
    BIGINT INT SMALLINT TINYINT BIT DECIMAL NUMERIC MONEY SMALLMONEY FLOAT REAL DATE TIME DATETIME DATETIME2
    DATETIMEOFFSET SMALLDATETIME CHAR VARCHAR TEXT NCHAR NVARCHAR NTEXT BINARY VARBINARY IMAGE
    UNIQUEIDENTIFIER XML SQL_VARIANT SYSNAME ROWVERSION
"""

RESERVED = frozenset(_RESERVED_WORDS.split())
CONTEXTUAL = frozenset(_CONTEXTUAL_WORDS.split())
TYPES = frozenset(_TYPES_WORDS.split())


def content_hash(text: str) -> bytes:
    """SHA-256 (32 bytes) of the normal form of `text`, a script with or without GO.

    Text that no tokens can be made of is hashed as it stands, line endings aside.
    """
    digest = hashlib.sha256()
    for piece in _normal_form(text):
        encoded = piece.encode("utf-8")
        digest.update(f"{len(encoded)}:".encode("ascii"))
        digest.update(encoded)
    return digest.digest()


def _normal_form(text: str) -> Iterator[str]:
    try:
        for batch, tokens in split_tokens(text):
            yield from _words(tokens)
            yield f"GO {batch.repeat}"
    except TokenError:
        yield text.replace("\r\n", "\n")


def _words(tokens: list[Token]) -> Iterator[str]:
    previous = ""
    for index, token in enumerate(tokens):
        following = tokens[index + 1].text if index + 1 < len(tokens) else ""
        yield _word(token, previous, following)
        previous = token.upper


def _word(token: Token, previous: str, following: str) -> str:
    if token.kind is Kind.NAME and _is_keyword(token, previous, following):
        return token.upper
    if token.kind is Kind.NSTRING:
        return "N" + token.text[1:]
    return token.text


def _is_keyword(token: Token, previous: str, following: str) -> bool:
    """Whether the case of a bare word is without meaning. After a dot, or as an alias, it is a name."""
    if previous == ".":
        return False
    if token.upper in RESERVED:
        return True
    if previous == "AS" and following not in ("(", ")"):
        return False
    return token.upper in CONTEXTUAL or token.upper in TYPES or following == "("
