"""Scalar functions, operators and conversions: T-SQL values compiled to DuckDB text.

Place in the pipeline: the expression compiler hands over bound operands and gets a bound expression back; only the
macros and functions that `install` creates reach DuckDB. Modules, in order of use: `literals`, `precedence`,
`convert` (to_number, to_text, to_date, to_bytes, variants), `arithmetic`, `comparison`, `like`, `registry` (calls).
"""

from __future__ import annotations

from tsqld.binder.bound import Bound
from tsqld.functions.arithmetic import binary, unary
from tsqld.functions.comparison import compare, key
from tsqld.functions.convert import convert
from tsqld.functions.install import install
from tsqld.functions.literals import literal
from tsqld.functions.macros import MACROS
from tsqld.functions.precedence import check_implicit, common_of, common_type, implicit_allowed
from tsqld.functions.sqltext import failure

__all__ = [
    "MACROS", "Bound", "binary", "check_implicit", "common_of", "common_type", "compare", "convert", "failure",
    "implicit_allowed", "install", "key", "literal", "unary",
]  # fmt: skip
