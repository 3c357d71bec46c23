"""Scalar functions, operators and conversions: T-SQL values compiled to DuckDB text.

Place in the pipeline: the expression compiler hands over bound operands and gets a bound expression back;
only the macros and functions that `install` creates reach DuckDB. Modules, in order of use: `literals`,
`precedence`, `convert` (to_number, to_text, to_date, to_bytes, variants), `arithmetic`, `comparison`, `like`,
`registry` (calls, which strings, texts and the other families enter themselves in).
"""

from __future__ import annotations

from tsqld.binder.bound import Bound
from tsqld.functions import (  # noqa: F401  (they enter their functions in the registry)
    bits,
    datebuild,
    forjson,
    formatting,
    logic,
    maths,
    metadata,
    randoms,
    strings,
    texts,
    xmltext,
)
from tsqld.functions.arithmetic import binary, unary
from tsqld.functions.comparison import collation_of, compare, key, sort_key
from tsqld.functions.convert import convert
from tsqld.functions.dates import NOW_FUNCTIONS
from tsqld.functions.deviations import DEVIATIONS
from tsqld.functions.install import install
from tsqld.functions.jsons import json_text
from tsqld.functions.like import like
from tsqld.functions.literals import constant, literal, null, string
from tsqld.functions.macros import MACROS
from tsqld.functions.parsing import parse
from tsqld.functions.precedence import check_implicit, common_of, common_type, implicit_allowed
from tsqld.functions.registry import call, coverage, is_known
from tsqld.functions.results import limited, narrowed
from tsqld.functions.sqltext import failure, raise_error
from tsqld.functions.tables import RowList, generate_series, openjson, openjson_with, rows_of, string_split

__all__ = [
    "DEVIATIONS", "MACROS", "NOW_FUNCTIONS", "Bound", "RowList",
    "binary", "call", "check_implicit", "collation_of", "common_of", "common_type",
    "compare", "constant", "convert",
    "coverage", "failure", "generate_series", "implicit_allowed", "install", "is_known", "json_text",
    "key", "like",
    "limited", "literal", "narrowed", "null", "openjson", "openjson_with", "parse", "raise_error",
    "rows_of", "sort_key", "string",
    "string_split", "unary",
]  # fmt: skip
