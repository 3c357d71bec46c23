"""The command line and the glue around the warehouse's T-SQL.

In pipeline order: errors, odbc, connection, embedded, config; contracts and plan; migrations; run; journey,
report, demo, sql_command; cli. It holds no business logic: procedures do.
"""
