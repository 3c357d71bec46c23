"""The keys by which text is sorted: as SQL Server's sort order 52 has it, and as Windows has it.

Place in the pipeline: `macros` creates what is written here; `comparison.sort_key` chooses. Source: Microsoft
Learn, "Collation and Unicode support"; KB 322112, "Comparing SQL collations to Windows collations". varchar
under a SQL_ collation sorts symbols first, in code order, then digits, then letters. Windows, which sorts
nvarchar, puts + < = > behind the other symbols and ignores hyphens and apostrophes ("word sort") until all
else is equal. Letters sort without case, then by accent; æ ø ß ð þ œ sort as ae, o, ss, d, th, oe.

DuckDB sorts by code point. Symbols that stand behind the digits there are written as a slash and a control
character, so that all text without them keeps its cheap key; whether
it has any is asked first.
"""

from __future__ import annotations

from typing import Final

_SQL_SYMBOLS: Final = "/:;<=>?@[\\]^_`{|}~"
_WINDOWS_SYMBOLS: Final = "/:;?@[\\]^_`{|}~+<=>"
_LETTERS: Final = (("æ", "ae"), ("œ", "oe"), ("ß", "ss"), ("ø", "o"), ("ð", "d"), ("þ", "th"))
_OTHERS: Final = "[\\x{A1}-\\x{BF}×÷–—‘’‚“”„†‡•…‰‹›€™]"
"""Symbols beyond ASCII, which sort among the symbols too."""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _escaped(key: str, symbols: str) -> str:
    """`key` with each symbol, the slash first, as a slash and its place in the order."""
    for place, symbol in enumerate(symbols, 2):
        key = f"replace({key}, {_quoted(symbol)}, '/' || chr({place}))"
    return key


def _symbols(name: str, symbols: str, marks: str, ignored: str = "") -> str:
    """A macro that rewrites the symbols of a key where it has any."""
    stripped = f"translate(k, {_quoted(ignored)}, '')" if ignored else "k"
    return (
        f"{name}(x) := list_transform([x], lambda k: CASE WHEN regexp_matches(k, {_quoted(marks)}) THEN "
        f"{_escaped(stripped, symbols)} ELSE k END)[1]"
    )


def _base() -> str:
    letters = "x"
    for letter, plain in _LETTERS:
        letters = f"replace({letters}, '{letter}', '{plain}')"
    plain = f"strip_accents({letters})"
    return f"base_letters(x) := regexp_replace({plain}, '({_OTHERS})', '/' || chr(31) || '\\1', 'g')"


SOURCE: Final = "\n\n".join(
    (
        _symbols("sql_symbols", _SQL_SYMBOLS, "[/:-@\\[-`{-~]"),
        _symbols("windows_symbols", _WINDOWS_SYMBOLS, "['+/:-@\\[-`{-~-]", ignored="'-"),
        _base(),
        "order_ci(x) := CASE WHEN NOT regexp_matches(x, '[^ -.0-9A-Za-z]') THEN @key(x) "
        "WHEN strlen(x) = length(x) THEN @sql_symbols(@key(x)) ELSE "
        "@base_letters(@sql_symbols(@key(x))) || chr(1) || @key(x) END",
        "order_words(x) := CASE WHEN NOT regexp_matches(x, '[^ -&(-*,.0-9A-Za-z]') THEN @key(x) "
        "WHEN strlen(x) = length(x) AND NOT regexp_matches(x, '[''-]') THEN "
        "@windows_symbols(@key(x)) ELSE @base_letters(@windows_symbols(@key(x))) || chr(1) || "
        "translate(@key(x), '''-', '~~') || chr(1) || @key(x) END",
        "order_cs(x) := @order_ci(x) || chr(1) || @swapped_case(x)",
        "order_words_cs(x) := @order_words(x) || chr(1) || @swapped_case(x)",
    )
)
"""Entries of `macros`: a body calls another macro with @."""
