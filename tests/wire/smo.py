"""Scripts a database with SMO on mono: `python -m tests.wire.smo PORT DATABASE FOLDER`, a process of its own.

The password of sa comes from the environment, as tsqld's does. FOLDER is for copies of the assemblies: SMO is
to find mono's own SqlClient, not the one of .NET Core that lies beside it in the package.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any, Final

from tests.gates.dacfx import ASSEMBLIES

_NOT_COPIED: Final = "System.Data.SqlClient.dll"
_IN_ORDER: Final = (
    *("Schemas", "UserDefinedDataTypes", "Sequences", "UserDefinedTableTypes", "PartitionFunctions"),
    *("PartitionSchemes", "Tables", "UserDefinedFunctions", "Views", "StoredProcedures", "Synonyms"),
)
_OPTIONS: Final = ("DriAll", "Indexes", "Triggers", "ExtendedProperties", "Statistics", "ColumnStoreIndexes")
_FIRST_ROLE_SCHEMA: Final = 16384


def main() -> int:
    port, database, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    print("\nGO\n".join(scripts(open_server(port, folder), database)), "\nGO", sep="")
    return 0


def open_server(port: str, folder: Path) -> Any:
    """An SMO Server over mono's SqlClient."""
    for file in ASSEMBLIES.iterdir():
        if file.name != _NOT_COPIED:
            shutil.copy(file, folder)
    import pythonnet

    pythonnet.load("mono")
    import clr

    for name in ("ConnectionInfo", "SqlEnum", "Management.Sdk.Sfc", "Smo"):
        clr.AddReference(str(folder / f"Microsoft.SqlServer.{name}.dll"))
    clr.AddReference("System.Data")
    _name_program(clr)
    from Microsoft.SqlServer.Management.Common import ServerConnection
    from Microsoft.SqlServer.Management.Smo import Server
    from System.Data.SqlClient import SqlConnection

    password = os.environ["TSQLD_SA_PASSWORD"]
    words = f"Server=127.0.0.1,{port};User ID=sa;Password={password};Encrypt=false;Initial Catalog=master"
    return Server(ServerConnection(SqlConnection(words)))


def _name_program(clr: Any) -> None:
    """Mono's Trace asks for the program's name, which a mono inside Python does not have."""
    from System.Diagnostics import Trace
    from System.Reflection import BindingFlags

    internal = clr.GetClrType(Trace).Assembly.GetType("System.Diagnostics.TraceInternal")
    hidden = BindingFlags.NonPublic | BindingFlags.Static
    internal.GetField("appName", hidden).SetValue(None, "smo")


def scripts(server: Any, database: str) -> list[str]:
    """The statements that make a database's objects, in an order in which they can run."""
    from Microsoft.SqlServer.Management.Sdk.Sfc import Urn
    from Microsoft.SqlServer.Management.Smo import Scripter
    from System import Array

    scripter = Scripter(server)
    for option in _OPTIONS:
        setattr(scripter.Options, option, True)
    found: list[str] = []
    for kind in _IN_ORDER:
        for made in getattr(server.Databases[database], kind):
            if not _is_shipped(kind, made):
                found += [str(text) for text in scripter.Script(Array[Urn]([made.Urn]))]
    return found


def _is_shipped(kind: str, made: Any) -> bool:
    if kind == "Schemas":
        return bool(made.ID < 5 or made.ID >= _FIRST_ROLE_SCHEMA)
    return bool(getattr(made, "IsSystemObject", False))


if __name__ == "__main__":
    sys.exit(main())
