"""`python -m tsqlt_runner`."""

from tsqlt_runner.cli import main

main()
