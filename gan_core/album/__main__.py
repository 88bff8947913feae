"""`python -m gan_core.album`: reads files on standard input, keeps them as a set, says its id.

The input is one line of JSON, [[name, bytes], …], and then the bytes of all. The answer is one line
of JSON: {"id", "card"} or {"error"}. A file that a stranger made can at worst end this process.
"""

import json
import sys
from typing import BinaryIO

from gan_core.album.bring import File, bring
from gan_core.album.store import put
from gan_core.catalog import BadInput


def files_of(stream: BinaryIO) -> list[File]:
    """The files that a stream carries."""
    return [(str(name), stream.read(size)) for name, size in json.loads(stream.readline())]


def main() -> None:
    try:
        album = bring(files_of(sys.stdin.buffer))
        answer = {"id": put(album), "card": album.card}
    except BadInput as error:
        answer = {"error": str(error)}
    except OSError as error:
        answer = {"error": f"The images could not be stored: {error.strerror}. Free some space."}
    except MemoryError:
        answer = {"error": "The images need more memory than is allowed here. Bring fewer."}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
