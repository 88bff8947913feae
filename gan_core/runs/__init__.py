"""Run folders: one folder is one run, and whoever holds the folder holds the run.

A worker writes it, pages and the command line read it, and the only things that flow back are
empty request files. Every file is replaced whole or appended in fixed records, so a reader never
sees half of anything. Torch-free.
"""

from gan_core.runs.branches import OF_G, branch, branched, origin, origins
from gan_core.runs.files import write_json, write_whole
from gan_core.runs.folder import (
    BY_HAND,
    CHECKPOINT,
    CURVES,
    LIVE,
    REQUESTS,
    START,
    Run,
    root,
)  # fmt: skip
from gan_core.runs.process import born, machine
from gan_core.runs.shelf import SHIPPED, all_runs, change, create, new_id, open_run

__all__ = [
    "BY_HAND", "CHECKPOINT", "CURVES", "LIVE", "OF_G", "REQUESTS", "SHIPPED", "START", "Run",
    "all_runs", "born", "branch", "branched", "change", "create", "machine", "new_id", "open_run",
    "origin", "origins", "root", "write_json", "write_whole",
]  # fmt: skip
