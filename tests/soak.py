"""Long tests: the same small sample in every `make test`, full counts and a seed of chance in `make soak`.

A test that could go on for hours (kills at any moment, races, generated data) asks here how often to go
round and for its random numbers. `--soak` and `--seed N` decide, and both kinds of run print the seed first.
What is decided stands in the environment, where the processes of pytest-xdist find it.
"""

from __future__ import annotations

import os
import random
from typing import Final

SAMPLE_SEED: Final = 7
_SEED: Final = "WAREHOUSE_TEST_SEED"
_SOAK: Final = "WAREHOUSE_TEST_SOAK"


def decide(*, soak: bool, named: int | None) -> int:
    """Settle for this process and its children whether it soaks, and the seed. Gives the seed."""
    if _SEED not in os.environ:  # else a worker: the process that started it has decided
        chosen = random.SystemRandom().randrange(2**32) if soak else SAMPLE_SEED
        os.environ[_SEED] = str(chosen if named is None else named)
        os.environ[_SOAK] = str(int(soak))
    return seed()


def seed() -> int:
    """The seed of this run."""
    return int(os.environ.get(_SEED, SAMPLE_SEED))


def is_soak() -> bool:
    """Whether full counts are asked for."""
    return os.environ.get(_SOAK) == "1"


def times(sample: int, full: int) -> int:
    """How often to go round: `sample` in `make test`, `full` in `make soak`."""
    return full if is_soak() else sample


def chance(purpose: str) -> random.Random:
    """Random numbers for one purpose, the same ones again for the same seed."""
    return random.Random(f"{seed()} {purpose}")
