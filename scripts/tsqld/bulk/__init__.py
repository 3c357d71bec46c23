"""BULK INSERT and OPENROWSET(BULK …): files become DuckDB SQL that yields typed rows in file order.

Place in the pipeline: between the parser, whose option pairs it reads, and the runtime, which writes the
rows. It parses no T-SQL and writes no table. `source.open_bulk` is the way in; `rowset.openrowset` serves
OPENROWSET.

How a file is read, module by module: `options` checks what WITH (…) says; `formatfile` and `layout` tell
which field goes where; `files` opens the file and brings it into a form DuckDB's reader can take; `survey`
makes sure, in one pass, that DuckDB will read it as SQL Server does; `records` is the exact, slow reader,
used where DuckDB would not, and the authority on what is wrong with a file; `values` turns text into types;
`rejects` reports the rows that do not convert.

Specification: Microsoft Learn, "BULK INSERT (Transact-SQL)", "OPENROWSET BULK", "Specify field and row
terminators", "Non-XML format files", "XML format files", for SQL Server on Linux. What is not documented
follows measurements of SQL Server on Linux that others have published.
"""
