"""What sp_configure and RECONFIGURE change: options of the server, kept in master.

An option may be set to anything in its range; those on which answers depend keep their defaults and refuse
any other value. Source: Microsoft Learn, "sp_configure", "RECONFIGURE".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tsqld.catalog.views.settings import IN_USE, KEPT, SERVER_OPTIONS, configured
from tsqld.errors import unsupported
from tsqld.events import Event
from tsqld.runtime.session import Session
from tsqld.runtime.values import whole_number

_ANSWERS_DEPEND: Final = (
    "disallow results from triggers",
    "nested triggers",
    "two digit year cutoff",
    "user options",
    "default language",
    "contained database authentication",
)


def configure(session: Session, values: Mapping[str, Any]) -> Iterator[Event]:
    """Keep a value until RECONFIGURE."""
    option = next(option for option in SERVER_OPTIONS if option.number == int(values["number"]))
    value = whole_number(values["value"])
    if option.name in _ANSWERS_DEPEND and value != option.value:
        raise unsupported(f"{option.name} = {value}")
    session.change_catalog(session.catalog("master").with_option(KEPT.format(option.number), str(value)))
    yield from ()


def reconfigure(session: Session) -> Iterator[Event]:
    """What was kept is in use from now on."""
    master = session.catalog("master")
    for option in SERVER_OPTIONS:
        value, in_use = configured(session, option)
        if value != in_use:
            master = master.with_option(IN_USE.format(option.number), str(value))
    session.change_catalog(master)
    yield from ()
