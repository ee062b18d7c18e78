"""How much memory a process of many threads takes."""

import ctypes
import sys

_M_ARENA_MAX = -8
"""Of mallopt(3)."""


def share_one_heap() -> None:
    """To be called before there are threads. glibc gives each of them a heap of its own, and what is free in one is of
    no use to the others: a sixth of all that a server takes. Python's threads take turns, and need but one."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none, and one heap
        if mallopt:
            mallopt(_M_ARENA_MAX, 1)
