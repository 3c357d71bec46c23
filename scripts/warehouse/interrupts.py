"""Lets Ctrl-C end a call that waits inside a C library, where Python would see the signal only afterwards.

Below odbc and connection, which wait for servers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def interruptibly(work: Callable[[], T], cancel: Callable[[], None]) -> T:
    """The result of `work`; on Ctrl-C `cancel` is called, `work` is waited for, and KeyboardInterrupt goes
    on.

    Only the main thread gets the signal, so any other runs `work` itself.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    with ThreadPoolExecutor(1, thread_name_prefix="interruptible") as helper:
        future = helper.submit(work)
        try:
            return future.result()
        except KeyboardInterrupt:
            cancel()
            raise
