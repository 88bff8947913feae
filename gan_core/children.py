"""Python processes of this project's own, started from whatever folder."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FEW_THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each would reserve memory


def environment(**more: str) -> dict[str, str]:
    """This process's variables and `more`, by which `python -m gan_core…` is found."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, **more, "PYTHONPATH": path}
