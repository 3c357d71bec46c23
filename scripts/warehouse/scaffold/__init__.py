"""Writes the T-SQL that a contract asks for: readable files, which then belong to whoever has them."""
