"""The statements and expressions of T-SQL as frozen trees.

Made by `syntax.parser`, read by `binder`, `compile` and `runtime`. Every construct the grammar knows has a
node; what it does not know is a syntax error or a refusal, never a dropped clause. Names are tuples of their
written parts, unquoted; keywords are upper case.
"""

# This package is its modules' names taken together.
# ruff: noqa: F403
from tsqld.syntax.nodes.base import *
from tsqld.syntax.nodes.changes import *
from tsqld.syntax.nodes.events import *
from tsqld.syntax.nodes.expressions import *
from tsqld.syntax.nodes.objects import *
from tsqld.syntax.nodes.procedural import *
from tsqld.syntax.nodes.queries import *
from tsqld.syntax.nodes.tables import *
