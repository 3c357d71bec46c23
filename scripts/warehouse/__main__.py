"""Lets `python -m warehouse` stand for the console script."""

from warehouse.cli import main

main()
