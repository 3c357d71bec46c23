"""The T-SQL tests of this folder are collected as pytest items."""

from tsqlt_runner.pytest_plugin import pytest_collect_file as pytest_collect_file
