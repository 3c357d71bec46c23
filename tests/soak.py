"""Long tests: the same small sample in every `make test`, full counts and a seed of chance in `make soak`.

A test that could go on for hours (kills at any moment, races, generated data) asks here how often to go
round and for its random numbers. `--soak` and `--seed N` decide, and both kinds of run print the seed first.
What is decided stands in the environment, where the processes of pytest-xdist find it.
"""

from __future__ import annotations

import os
import random
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

SAMPLE_SEED: Final = 7
SOAKING_EXAMPLES: Final = 2000
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


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--soak` and `--seed`."""
    group = parser.getgroup("long tests")
    group.addoption("--soak", action="store_true", help="run the long tests with their full counts")
    group.addoption(
        "--seed", type=int, help="seed of the long tests  [default: 7, and by chance with --soak]"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Seed the long tests, hypothesis's too, which reads its option after this."""
    seed = decide(soak=config.getoption("--soak"), named=config.getoption("--seed"))
    config.option.hypothesis_seed = str(seed)
    # Neither a deadline nor "generation is slow" says anything of a test on a machine busy with others.
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("patient", patient)
    settings.register_profile("soak", patient, max_examples=SOAKING_EXAMPLES)
    settings.load_profile("soak" if is_soak() else "patient")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Print the seed first: a run that is killed has told it."""
    if not hasattr(session.config, "workerinput"):
        kind = "the long tests in full" if is_soak() else "a sample of the long tests"
        remedy = f"; repeat with --soak --seed {seed()}" if is_soak() else ""
        session.config.get_terminal_writer().line(f"tests: {kind}, seed {seed()}{remedy}")
