"""Statements that change rows: from their trees to change plans."""
