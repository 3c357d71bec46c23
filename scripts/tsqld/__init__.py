"""tsqld: T-SQL on DuckDB, served over TDS.

Modules in pipeline order: syntax → catalog → binder → compile (with functions) → runtime (with bulk) → tds.
Only `runtime.executor` talks to DuckDB; only `tds.server` owns sockets.
"""
