"""`python -m alifakes tablestore|fc|alipay ...`: start one of the local services."""

from __future__ import annotations

import sys
from importlib import import_module

_DESCRIPTIONS = {
    "tablestore": "Tablestore: wide-column tables behind the real SDKs",
    "fc": "Function Compute: the functions of an s.yaml, with their triggers and a console",
    "alipay": "Alipay: payments and their notifications",
}
COMMANDS = {
    "tablestore": "alifakes.tablestore.command",
    "fc": "alifakes.function_compute.command",
    "alipay": "alifakes.alipay.command",
}


def main(arguments: list[str]) -> int:
    """Run the command that `arguments` start with, importing nothing of the others."""
    if arguments[:1] in (["-h"], ["--help"]):
        print(_usage())
        return 0
    if not arguments or arguments[0] not in COMMANDS:
        print(_usage(), file=sys.stderr)
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


def _usage() -> str:
    lines = [f"  {name:<12}{description}" for name, description in _DESCRIPTIONS.items()]
    usage = f"usage: python -m alifakes {{{','.join(COMMANDS)}}} [options]"
    return "\n".join([usage, "", *lines, "", "Each tells its options by --help."])


def script() -> None:
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    script()
