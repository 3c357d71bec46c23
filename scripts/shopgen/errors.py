"""What can go wrong: wrong arguments and a folder that is in use. First in the package."""

from __future__ import annotations


class ShopError(Exception):
    """The shop cannot be written; `str()` is one line: what, where, what next."""
