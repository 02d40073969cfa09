"""`python -m alifakes alipay`: serve a local Alipay until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from alifakes.alipay.app import EVENTS, AlipayFake
from alifakes.alipay.keys import RealKeyError, make_keys
from alifakes.alipay.merchant import APP_ID, SELLER_ID
from alifakes.alipay.trades import EventKind
from alifakes.listening import CannotListen
from alifakes.loopback import is_loopback_url
from alifakes.options import port

GATEWAY_VARIABLE = "FEED_ALIPAY_GATEWAY"


def main(argv: Sequence[str]) -> int:
    """Serve until SIGINT or SIGTERM; returns the exit code, 1 when host, port, gateway or keys cannot be used."""
    options = _parser().parse_args(argv)
    if options.gateway and not is_loopback_url(options.gateway):
        return _fail(
            f"The gateway {options.gateway} is no http URL of this machine; the fake never runs beside a real one."
        )
    try:
        fake = AlipayFake(
            keys=make_keys(options.keys),
            app_id=options.app_id,
            seller_id=options.seller_id,
            host=options.host,
            port=options.port,
            notify_on=options.notify_on,
        )
    except (RealKeyError, ValueError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"The keys cannot be kept in {options.keys}: {error.strerror}.")
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    try:
        fake.start()
    except CannotListen as error:
        return _fail(str(error))
    try:
        print(f"ready: {fake.endpoint}", flush=True)
        print(f"gateway: {fake.gateway}", flush=True)
        print(f"keys: {options.keys.resolve()}", flush=True)
        stopped.wait()
    finally:
        fake.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m alifakes alipay", description=__doc__)
    parser.add_argument("--port", type=port, default=0, help="0, the default, takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="an address of this machine")
    parser.add_argument(
        "--keys", type=Path, metavar="DIR", required=True, help="keeps the keys, made at the first start"
    )
    parser.add_argument("--app-id", default=APP_ID, help=f"the merchant's application (default {APP_ID})")
    parser.add_argument("--seller-id", default=SELLER_ID, help=f"the merchant's account (default {SELLER_ID})")
    parser.add_argument(
        "--gateway",
        default=os.environ.get(GATEWAY_VARIABLE),
        help=f"the gateway that the merchant is set to (default ${GATEWAY_VARIABLE}); refused unless on this machine",
    )
    parser.add_argument(
        "--notify-on", type=_events, default=EVENTS, metavar="EVENTS", help=f"default {','.join(EVENTS)}"
    )
    return parser


def _events(text: str) -> tuple[EventKind, ...]:
    chosen = tuple(event for event in EVENTS if event in text.split(","))
    if len(chosen) != len(text.split(",")):
        raise argparse.ArgumentTypeError(f"events are {','.join(EVENTS)}, not {text!r}")
    return chosen


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1
