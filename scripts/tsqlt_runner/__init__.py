"""tsqlt-runner: runs T-SQL unit tests, with a framework of tSQLt's API in plain T-SQL.

Beside `tsqld` and `warehouse` and imports neither: it talks to a server, whichever that is, and starts
`tsqld` and `warehouse migrate` as commands.
"""
