"""What uploads leave behind in the server's memory, in a process of its own."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UPLOADS = """
import os, sys
from ui import server
if sys.argv[1] == "kept":
    server._return_large_blocks = lambda: None
server._return_large_blocks()
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
before, small = resident(), []
for _ in range(4):
    upload = b"x" * (22 << 20)
    small.append(b"y" * 10**5)  # what a page keeps of it
    del upload
print(resident() - before)
"""


def left(how: str) -> float:
    """MiB that four uploads of 22 MiB leave."""
    command = [sys.executable, "-c", UPLOADS, how]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return float(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone keeps large blocks")
def test_uploads_leave_nothing_of_their_size_behind():
    assert left("kept") > 15  # what it is against
    assert left("returned") < 5
