"""A batch's tokens with the few questions and demands a recursive-descent parser has."""

from __future__ import annotations

from typing import Final, NoReturn

from tsql.tokens import Kind, Token, TokenError, tokenize
from tsqld.errors import TsqlError, error, unsupported
from tsqld.syntax.nodes import Parts

# Microsoft Learn, "Reserved keywords (Transact-SQL)": these cannot be bare identifiers. Of its words, DISK,
# DUMP, LOAD, PRECISION, SECURITYAUDIT and WITHIN are names to Microsoft's parser (see "ALTER TABLE").
RESERVED: Final = frozenset(
    """ADD ALL ALTER AND ANY AS ASC AUTHORIZATION BACKUP BEGIN BETWEEN BREAK BROWSE BULK BY CASCADE CASE
    CHECK CHECKPOINT CLOSE CLUSTERED COALESCE COLLATE COLUMN COMMIT COMPUTE CONSTRAINT CONTAINS
    CONTAINSTABLE CONTINUE CONVERT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP
    CURRENT_USER CURSOR DATABASE DBCC DEALLOCATE DECLARE DEFAULT DELETE DENY DESC DISTINCT DISTRIBUTED
    DOUBLE DROP ELSE END ERRLVL ESCAPE EXCEPT EXEC EXECUTE EXISTS EXIT EXTERNAL FETCH FILE FILLFACTOR FOR
    FOREIGN FREETEXT FREETEXTTABLE FROM FULL FUNCTION GOTO GRANT GROUP HAVING HOLDLOCK IDENTITY IDENTITYCOL
    IDENTITY_INSERT IF IN INDEX INNER INSERT INTERSECT INTO IS JOIN KEY KILL LEFT LIKE LINENO MERGE NATIONAL
    NOCHECK NONCLUSTERED NOT NULL NULLIF OF OFF OFFSETS ON OPEN OPENDATASOURCE OPENQUERY OPENROWSET OPENXML
    OPTION OR ORDER OUTER OVER PERCENT PIVOT PLAN PRIMARY PRINT PROC PROCEDURE PUBLIC RAISERROR READ
    READTEXT RECONFIGURE REFERENCES REPLICATION RESTORE RESTRICT RETURN REVERT REVOKE RIGHT ROLLBACK
    ROWCOUNT ROWGUIDCOL RULE SAVE SCHEMA SELECT SEMANTICKEYPHRASETABLE SEMANTICSIMILARITYDETAILSTABLE
    SEMANTICSIMILARITYTABLE SESSION_USER SET SETUSER SHUTDOWN SOME STATISTICS SYSTEM_USER TABLE TABLESAMPLE
    TEXTSIZE THEN TO TOP TRAN TRANSACTION TRIGGER TRUNCATE TRY_CONVERT TSEQUAL UNION UNIQUE UNPIVOT UPDATE
    UPDATETEXT USE USER VALUES VARYING VIEW WAITFOR WHEN WHERE WHILE WITH WRITETEXT""".split()
)
_MAX_NAME: Final = 128
_NAMES: Final = (Kind.NAME, Kind.QUOTED)


class TokenStream:
    """Reads tokens forward. Errors carry SQL Server's numbers and the line of the token they stand at."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            self.tokens = tokenize(text)
        except TokenError as problem:
            raise _syntax_error(problem) from None
        self.position = 0

    # questions

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    @property
    def line(self) -> int:
        return self.tokens[self.position].line

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)]

    def at(self, *words: str) -> bool:
        """Whether the current token is one of these keywords or operators."""
        return self.tokens[self.position].upper in words

    def at_words(self, *words: str) -> bool:
        """Whether the next tokens are these keywords or operators, in this order."""
        start = self.position
        if start + len(words) > len(self.tokens):
            return False
        return all(self.tokens[start + i].upper == word for i, word in enumerate(words))

    def at_end(self) -> bool:
        return self.tokens[self.position].kind is Kind.END

    def at_name(self) -> bool:
        """Whether an identifier stands here: quoted, or a bare word that is not reserved."""
        token = self.tokens[self.position]
        return token.kind is Kind.QUOTED or (token.kind is Kind.NAME and token.upper not in RESERVED)

    def at_string(self) -> bool:
        return self.token.kind in (Kind.STRING, Kind.NSTRING)

    # movement

    def advance(self) -> Token:
        token = self.tokens[self.position]
        if token.kind is not Kind.END:
            self.position += 1
        return token

    def accept(self, *words: str) -> str:
        """Step over one of these words and return it, or return '' and stay."""
        upper = self.tokens[self.position].upper
        if upper and upper in words:
            self.position += 1
            return upper
        return ""

    def accept_words(self, *words: str) -> bool:
        if self.at_words(*words):
            self.position += len(words)
            return True
        return False

    def expect(self, *words: str) -> str:
        return self.accept(*words) or self.fail()

    def expect_words(self, *words: str) -> None:
        for word in words:
            self.expect(word)

    # names and simple values

    def name(self) -> str:
        if not self.at_name():
            self.fail()
        found = self.advance()
        if len(found.value) > _MAX_NAME:
            raise error(103, found.value[:_MAX_NAME], _MAX_NAME, line=found.line, state=4)
        return found.value

    def word(self) -> str:
        """Any bare word, reserved or not, in upper case."""
        if self.token.kind is not Kind.NAME:
            self.fail()
        return self.advance().upper

    def object_name(self) -> Parts:
        """A name of one to four parts; an omitted part is empty (`db..table`), or left out in front."""
        start = self.position
        while self.accept("."):
            pass
        ahead = self.position - start
        parts = [self.name()]
        while self.accept("."):
            while self.accept("."):
                parts.append("")
            parts.append(self.name())
        if ahead + len(parts) > 4:
            self.fail()
        return tuple(parts)

    def variable(self) -> str:
        if self.token.kind is not Kind.VARIABLE:
            self.fail()
        return self.advance().value

    def string(self) -> str:
        if not self.at_string():
            self.fail()
        return self.advance().value

    def integer(self) -> int:
        """A whole number with an optional sign."""
        negative = bool(self.accept("-"))
        if not negative:
            self.accept("+")
        if self.token.kind is Kind.DECIMAL and float(self.token.value).is_integer():
            value = int(float(self.advance().value))
        elif self.token.kind is Kind.INTEGER:
            value = int(self.advance().value)
        else:
            self.fail()
        return -value if negative else value

    def name_list(self) -> Parts:
        """`(a, b, c)`."""
        self.expect("(")
        names = [self.name()]
        while self.accept(","):
            names.append(self.name())
        self.expect(")")
        return tuple(names)

    def text_between(self, start: Token, end_position: int | None = None) -> str:
        """The source from `start` up to the token before the current one."""
        last = self.tokens[(self.position if end_position is None else end_position) - 1]
        return self.text[start.start : last.end]

    # errors

    def fail(self) -> NoReturn:
        """Raise the syntax error of the current token."""
        token = self.token
        if token.upper in RESERVED:
            raise error(156, token.text, line=token.line)
        if token.kind is Kind.END:
            before = self.tokens[self.position - 1] if self.position else token
            raise error(102, before.value, line=before.line)
        raise error(102, token.value, line=token.line)

    def refuse(self, construct: str) -> NoReturn:
        raise unsupported(construct, self.line)


def _syntax_error(problem: TokenError) -> TsqlError:
    """An unclosed string is told twice: as such, and as what cannot stand there."""
    first = TsqlError(problem.number, str(problem), severity=15, line=problem.line)
    if problem.number != 105:
        return first
    second = error(102, str(problem).split("'", 1)[1].removesuffix("'."), line=problem.line)
    second.causes = (first,)
    return second
