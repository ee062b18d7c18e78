"""What a server takes of a small machine's memory."""

import subprocess
import sys

import pytest

HEAPS = """
import ctypes, sys, threading
libc = ctypes.CDLL(None)
if not hasattr(libc, "malloc_info"):
    sys.exit("no glibc")
if sys.argv[1] == "shared":
    from blueprints.memory import share_one_heap
    share_one_heap()
together = threading.Barrier(8)
def work():
    taken = ctypes.create_string_buffer(100_000)
    together.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def heaps(how):
    said = subprocess.run([sys.executable, "-c", HEAPS, how], check=False, capture_output=True, text=True)
    if "no glibc" in said.stderr:
        pytest.skip("only glibc gives threads heaps of their own")
    assert said.returncode == 0, said.stderr
    return said.stdout.count("<heap nr=")


def test_threads_share_one_heap():
    assert heaps("shared") == 1
    assert heaps("as it comes") > 1
