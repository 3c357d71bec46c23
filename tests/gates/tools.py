"""What gates are made of: which files of a checkout they look at, and how they run a tool.

First in the package. A gate that finds nothing to look at, or no tool to look with, has not passed: it raises
CannotRun.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).parents[2]
BIN: Final = Path(sys.executable).parent
TIMEOUT_SECONDS: Final = 600


class CannotRun(Exception):
    """Why a gate could not look at its subject, in one line."""


def files(root: Path, *patterns: str) -> list[str]:
    """The files below `root` that match one of the patterns (`*` crosses folders): relative paths, in order.

    In a git checkout they are those that git tracks or would track, so that nothing generated counts.
    """
    found = [path for path in _all_files(root) if any(fnmatch(path, pattern) for pattern in patterns)]
    if not found:
        raise CannotRun(f"found no {' or '.join(patterns)}")
    return found


def _all_files(root: Path) -> list[str]:
    if (root / ".git").exists():
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        output = subprocess.run(listed, cwd=root, check=True, capture_output=True, text=True).stdout
        return sorted(path for path in set(output.split("\0")) if path and (root / path).is_file())
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*") if file.is_file())


def run(
    root: Path,
    tool: str,
    *arguments: str,
    passing: tuple[int, ...] = (0,),
    packages: tuple[Path, ...] = (),
) -> list[str]:
    """What `tool`, installed beside this Python, says in `root`; nothing when it is content.

    It finds Python's packages in `packages`, or else those of `root`.
    """
    command = [_find(tool), *arguments]
    ended = subprocess.run(
        command,
        cwd=root,
        env=_environment(packages or (root / "scripts", root)),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )
    if ended.returncode in passing:
        return []
    said = [line for line in (ended.stdout + ended.stderr).splitlines() if line.strip()]
    return said or [f"{tool} ended with exit code {ended.returncode} and said nothing"]


def python(root: Path, module: str, *arguments: str) -> list[str]:
    """The same for a module of this project, in a process of its own."""
    packages = (PROJECT / "scripts", PROJECT)
    return run(root, "python", "-W", "ignore", "-m", module, *arguments, packages=packages)


def _find(tool: str) -> str:
    beside = BIN / tool
    if beside.is_file():
        return str(beside)
    found = shutil.which(tool)
    if found is None:
        raise CannotRun(f"{tool} is not installed; run: make setup-check")
    return found


def _environment(packages: tuple[Path, ...]) -> dict[str, str]:
    path = os.pathsep.join(map(str, packages))
    return {**os.environ, "PYTHONPATH": path, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
