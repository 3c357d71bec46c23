"""Brings a database to the shape that `migrations/` and `database/` describe.

In pipeline order: files reads the scripts, order sorts the objects, history knows what already ran, deploy
runs the rest under a lock, one transaction each.
"""
