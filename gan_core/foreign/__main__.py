"""`python -m gan_core.foreign PATH KIND`: reads a file of torch.save where it can do no harm.

The process bounds its own memory, time and files, then reads. Its answer is one line of JSON,
{"parts": [[place, name], …], "notes": […], "bytes"} or {"error"}, and then the tensors as
safetensors bytes, called "0", "1", … in that order.
"""

import json
import os
import sys
from pathlib import Path

from safetensors.torch import save

from gan_core.catalog import BadInput
from gan_core.foreign.kinds import LARGEST
from gan_core.foreign.reading import read

ROOM = 5 * LARGEST  # bytes of address space beyond what torch has taken: file, tensors, answer
SECONDS = 40  # of a processor


def bound() -> None:
    """No more memory, time or files than one checkpoint needs, where the system can see to it."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.nice(5)
    except (ImportError, AttributeError, OSError, ValueError):
        pass


def main(path: str, kind: str) -> None:
    bound()
    raw = b""
    try:
        parts, notes = read(Path(path), kind == "zip")
        names = [(part, name) for part, state in parts.items() for name in state]
        raw = save({str(i): parts[part][name] for i, (part, name) in enumerate(names)})
        answer = {"parts": names, "notes": notes, "bytes": len(raw)}
    except BadInput as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {
            "error": f"{Path(path).name} claims more numbers than its size can hold, or needs more"
            " memory than is allowed here. Save the generator's state_dict() alone."
        }
    out = sys.stdout.buffer
    out.write(json.dumps(answer).encode() + b"\n" + raw)
    out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
