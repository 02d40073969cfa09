"""What the commands of several fakes take on their command lines."""

from __future__ import annotations

import argparse


def port(text: str) -> int:
    """For argparse: a port that can be listened on, 0 for a free one."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)
