"""The command line: `python -m gan_core COMMAND`. Every page's action, without a browser.

Exit codes: 0 done, 1 a run that failed, 2 an argument that cannot be used (one line on standard
error), 130 interrupted. With --json the last line of standard output is one JSON object.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from gan_core import commands
from gan_core.catalog import BadInput


class Parser(argparse.ArgumentParser):
    """argparse that reports a bad argument as the rest of the command line does: in one line."""

    def error(self, message: str) -> Any:
        hint = ""
        for word in message.split() if message.startswith("unrecognized") else ():
            near = get_close_matches(word, self._option_string_actions, 1) if word[0] == "-" else []
            hint = f" Did you mean {near[0]}?" if near else hint
        raise BadInput(f"{message}.{hint} See: {self.prog} --help")


class Help(argparse.ArgumentDefaultsHelpFormatter):
    """Help with defaults, where there is one to tell."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default is None else super()._get_help_string(action)


def parser() -> Parser:
    top = Parser("python -m gan_core", description="Train, compare and sample GANs.")
    subs = top.add_subparsers(dest="command", required=True, parser_class=Parser)
    for command in commands.COMMANDS:
        sub = subs.add_parser(
            command.name, help=command.summary, description=command.summary, allow_abbrev=False,
            formatter_class=Help,
        )  # fmt: skip
        command.arguments(sub)
        sub.add_argument("--json", action="store_true", help="end with one line of JSON")
        sub.set_defaults(action=command.run)
    worker = subs.add_parser("worker", help="(used by the app) a warm process that takes requests")
    worker.add_argument("--answers", nargs="*", default=[], help="modules with further ANSWERS")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    try:
        args = parser().parse_args(argv)
        if args.command == "worker":
            from gan_core import serve

            serve.main(args.answers)
            return 0
        result, code = args.action(args)
    except BadInput as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        print(f"error: cannot read or write{where}: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    if args.json:
        print(json.dumps(commands.plain(result)))
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
