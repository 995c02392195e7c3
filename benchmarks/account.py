"""Runs a program and writes down the operating system's account of it: `python -I account.py PAGE PROGRAM ARGUMENT…`.

A process of its own, and a small one: Linux counts the memory that the parent had among the most that the child had.
"""

import json
import os
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    page, *command = sys.argv[1:]
    began = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    account = {
        "exit_code": os.waitstatus_to_exitcode(status),
        "seconds": time.perf_counter() - began,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_megabytes": usage.ru_maxrss / 1024,
    }
    Path(page).write_text(json.dumps(account), "utf-8")
