"""What keeps tests from running at all. First in the package."""

from __future__ import annotations


class CannotRun(Exception):
    """One line that says what, where and what to do; exit code 2."""
