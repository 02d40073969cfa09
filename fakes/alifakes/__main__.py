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
    code: int = import_module(COMMANDS[arguments[0]]).main(arguments[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
