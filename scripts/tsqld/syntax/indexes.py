"""Parses indexes, their options and where they are placed, and statistics."""

from __future__ import annotations

from typing import Final

from tsql.tokens import Kind
from tsqld.syntax import nodes as n
from tsqld.syntax.dml import DmlParser

_OPTIONS: Final = frozenset(
    """PAD_INDEX FILLFACTOR SORT_IN_TEMPDB IGNORE_DUP_KEY STATISTICS_NORECOMPUTE STATISTICS_INCREMENTAL
    DROP_EXISTING ONLINE RESUMABLE MAX_DURATION ALLOW_ROW_LOCKS ALLOW_PAGE_LOCKS OPTIMIZE_FOR_SEQUENTIAL_KEY
    MAXDOP DATA_COMPRESSION XML_COMPRESSION COMPRESSION_DELAY LOB_COMPACTION COMPRESS_ALL_ROW_GROUPS MOVE
    WAIT_AT_LOW_PRIORITY ABORT_AFTER_WAIT FILESTREAM_ON""".split()
)
_BARE: Final = ("PAD_INDEX", "IGNORE_DUP_KEY", "DROP_EXISTING", "STATISTICS_NORECOMPUTE", "SORT_IN_TEMPDB")


class IndexParser(DmlParser):
    """The grammar of CREATE, ALTER and DROP INDEX and of indexes inside tables."""

    def index_columns(self) -> tuple[n.IndexColumn, ...]:
        self.expect("(")
        columns = []
        while True:
            line = self.line
            name = self.name()
            columns.append(n.IndexColumn(line, name, self.accept("ASC", "DESC") == "DESC"))
            if not self.accept(","):
                break
        self.expect(")")
        return tuple(columns)

    # WITH (…)

    def index_options(self) -> n.Options:
        """WITH (PAD_INDEX = ON, …) or the old WITH FILLFACTOR = 80, PAD_INDEX. Unknown options fail."""
        if not self.at("WITH"):
            return ()
        if self.peek().upper == "(":
            self.advance()
            self.advance()
            options = [self._option()]
            while self.accept(","):
                options.append(self._option())
            self.expect(")")
            return tuple(options)
        if self.peek().upper in (*_BARE, "FILLFACTOR"):
            self.advance()
            options = [self._old_option()]
            while self.at(",") and self.peek().upper in (*_BARE, "FILLFACTOR"):
                self.advance()
                options.append(self._old_option())
            return tuple(options)
        return ()

    def _option(self) -> tuple[str, str]:
        if self.at("BUCKET_COUNT"):
            self.refuse("memory-optimized hash indexes")
        if self.token.upper not in _OPTIONS:
            self.fail()
        name = self.advance().upper
        if name == "MOVE":
            self.expect("TO")
            self.advance()
            if self.at("("):
                self._skip_parentheses()
            return name, ""
        if name == "WAIT_AT_LOW_PRIORITY":
            self._skip_parentheses()
            return name, ""
        self.expect("=")
        value = self.advance().value.upper()
        if self.at("("):
            self._skip_parentheses()
        self.accept("MINUTES", "MINUTE")
        if self.accept_words("ON", "PARTITIONS"):
            self._skip_parentheses()
        return name, value

    def _old_option(self) -> tuple[str, str]:
        name = self.advance().upper
        if name == "FILLFACTOR":
            self.expect("=")
            return name, str(self.integer())
        return name, "ON"

    # ON …

    def placement(self) -> n.Parts:
        """ON filegroup, ON scheme(column), TEXTIMAGE_ON filegroup."""
        placed: n.Parts = ()
        while self.at("ON", "TEXTIMAGE_ON", "FILESTREAM_ON") and self.peek().upper not in (
            "DELETE",
            "UPDATE",
        ):
            first = self.advance().upper == "ON"
            parts: n.Parts = (self.advance().value,)
            if self.at("("):
                parts += self.name_list()
            placed = parts if first else placed
        return placed

    # indexes

    def inline_index(self, columns: tuple[n.IndexColumn, ...]) -> n.IndexDefinition:
        line = self.advance().line
        name = self.name()
        unique = bool(self.accept("UNIQUE"))
        clustered = self.accept("CLUSTERED", "NONCLUSTERED") == "CLUSTERED"
        if self.at("HASH"):
            self.refuse("memory-optimized hash indexes")
        kind = self.accept("COLUMNSTORE")
        if self.at("("):
            columns = self.index_columns()
        return self._index_tail(line, name, columns, unique, clustered, kind)

    def _index_tail(
        self,
        line: int,
        name: str,
        columns: tuple[n.IndexColumn, ...],
        unique: bool,
        clustered: bool,
        kind: str,
    ) -> n.IndexDefinition:
        include = self.name_list() if self.accept("INCLUDE") else ()
        if self.at("ORDER") and kind:
            self.advance()
            self.name_list()
        where, text = None, ""
        if self.accept("WHERE"):
            start = self.token
            where = self.condition()
            text = self.text_between(start)
        options = self.index_options()
        return n.IndexDefinition(
            line, name, columns, unique, clustered, kind, include, where, text, self.placement(), options
        )

    def create_index(self, line: int) -> n.CreateIndex:
        unique = bool(self.accept("UNIQUE"))
        clustered = self.accept("CLUSTERED", "NONCLUSTERED") == "CLUSTERED"
        kind = self.accept("COLUMNSTORE")
        self.expect("INDEX")
        name = self.name()
        self.expect("ON")
        table = self.object_name()
        columns = () if kind and not self.at("(") else self.index_columns()
        return n.CreateIndex(line, table, self._index_tail(line, name, columns, unique, clustered, kind))

    def alter_index(self, line: int) -> n.AlterIndex:
        name = "" if self.accept("ALL") else self.name()
        self.expect("ON")
        table = self.object_name()
        if self.at("RESUME", "PAUSE", "ABORT"):
            self.refuse("resumable index operations")
        action = self.expect("REBUILD", "REORGANIZE", "DISABLE", "SET")
        options: n.Options = ()
        if self.accept("PARTITION"):
            self.expect("=")
            options = (("PARTITION", self.advance().value.upper()),)
        if action == "SET":
            self.expect("(")
            options = (self._option(),)
            while self.accept(","):
                options = (*options, self._option())
            self.expect(")")
        else:
            options += self.index_options()
        return n.AlterIndex(line, name, table, action, options)

    # statistics

    def create_statistics(self, line: int) -> n.StatisticsStatement:
        name = self.name()
        self.expect("ON")
        table = self.object_name()
        columns = self.name_list()
        text = self._statistics_tail()
        return n.StatisticsStatement(line, "CREATE", table, name, columns, text)

    def update_statistics(self) -> n.StatisticsStatement:
        line = self.advance().line
        self.expect("STATISTICS")
        table = self.object_name()
        names: n.Parts = ()
        if self.at("("):
            names = self.name_list()
        elif self.at_name() and not self.at("WITH"):
            names = (self.name(),)
        self._statistics_tail()
        return n.StatisticsStatement(line, "UPDATE", table, names=names)

    def _statistics_tail(self) -> str:
        """The text of WHERE; WITH options steer the optimizer only."""
        text = ""
        if self.accept("WHERE"):
            start = self.token
            self.condition()
            text = self.text_between(start)
        if self.accept("WITH"):
            while True:
                self.advance()
                if self.accept("="):
                    self.advance()
                elif self.token.kind is Kind.INTEGER:
                    self.advance()
                    self.accept("PERCENT", "ROWS")
                if self.accept_words("ON", "PARTITIONS"):
                    self._skip_parentheses()
                if not self.accept(","):
                    break
        return text
