"""`python -m tests.bench [PART…]`: where none is named all but the long one; `volume 500000` sets a size."""

from __future__ import annotations

import sys
from typing import Final

from tests.bench import days, engine, migrations, peer, server, shop, volume, warehouse

PARTS: Final = {
    "engine": engine.main,
    "server": server.main,
    "warehouse": warehouse.main,
    "peer": peer.main,
    "migrations": migrations.main,
    "shop": shop.main,
    "days": days.main,
    "volume": volume.main,
}
LONG: Final = ("volume",)


def main() -> None:
    """Run the parts in the order in which they are named."""
    words = sys.argv[1:] or [name for name in PARTS if name not in LONG]
    sizes = {name: size for name, size in zip(words, [*words[1:], ""], strict=True) if size.isdecimal()}
    wanted = [word for word in words if not word.isdecimal()]
    unknown = [name for name in wanted if name not in PARTS] + [name for name in sizes if name not in LONG]
    if unknown:
        sys.exit(f"tests.bench: {unknown[0]} is not known; known are {', '.join(PARTS)}")
    for name in wanted:
        if name in sizes:
            volume.main(int(sizes[name]))
        else:
            PARTS[name]()


if __name__ == "__main__":
    main()
