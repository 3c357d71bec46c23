"""`python -m tests.bench [engine|server|warehouse|migrations|shop]`; all where neither is named."""

from __future__ import annotations

import sys
from typing import Final

from tests.bench import engine, migrations, server, shop, warehouse

PARTS: Final = {
    "engine": engine.main,
    "server": server.main,
    "warehouse": warehouse.main,
    "migrations": migrations.main,
    "shop": shop.main,
}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        sys.exit(f"tests.bench: {unknown[0]} is not known; known are {', '.join(PARTS)}")
    for name in wanted:
        PARTS[name]()


if __name__ == "__main__":
    main()
