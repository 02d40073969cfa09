"""`python -m alifakes tablestore|fc|alipay ...`: start one of the local services."""

from __future__ import annotations

import sys
from importlib import import_module

COMMANDS = {
    "tablestore": "alifakes.tablestore.command",
    "fc": "alifakes.function_compute.command",
    "alipay": "alifakes.alipay.command",
}


def main(arguments: list[str]) -> int:
    """Run the command that `arguments` start with, importing nothing of the others."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m alifakes {{{','.join(COMMANDS)}}} [options]", file=sys.stderr)
        return 2
    try:
        command = import_module(COMMANDS[arguments[0]])
    except ModuleNotFoundError as error:
        if arguments[0] == "tablestore" or str(error.name).startswith("alifakes"):
            raise
        print(f"{error.name} is not installed: pip install alifakes[{arguments[0]}]", file=sys.stderr)
        return 1
    code: int = command.main(arguments[1:])
    return code


def script() -> None:
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    script()
