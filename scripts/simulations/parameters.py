"""What the simulated cloud and its readers are like: every default names its source, or says that it is assumed."""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from functools import lru_cache
from typing import Any, NamedTuple

from alifakes.function_compute.project import read_project
from commands.local_cloud import PROJECT_FILES, deployment_variables
from feed.config import Settings
from feed.store.client import _THREADS

_P99 = 2.326
"""Standard deviations between the median and the 99th percentile of a normal distribution."""


class Latency(NamedTuple):
    """Milliseconds, log-normal; always the median where that is the 99th percentile, too."""

    median: float
    p99: float

    def draw_s(self) -> float:
        if self.p99 <= self.median:
            return self.median / 1000
        spread = math.log(self.p99 / self.median) / _P99
        return self.median * math.exp(random.gauss(0, spread)) / 1000

    def towards(self, longer: Latency, share: float) -> Latency:
        """Of a request that carries so much of what the longer one does."""
        return Latency(self.median + (longer.median - self.median) * share, self.p99 + (longer.p99 - self.p99) * share)


@lru_cache(maxsize=1)
def _declared() -> dict[str, Any]:
    """What s.yaml declares for fanout-batch, and what its environment makes of the product's settings."""
    project = read_project(PROJECT_FILES["fc3"], deployment_variables(*["http://127.0.0.1"] * 4))
    function = project.by_address()["fanout-batch"]
    settings = Settings.from_env(function.environment)
    return {
        "per_invocation": settings.fanout_batch_followers,
        "width": settings.fanout_width,
        "request_timeout_s": settings.request_timeout_s,
        "timeout_s": float(function.timeout),
        "memory_mb": function.memory,
        "platform_retries": function.asynchronous.retries,
    }


def _about(what: str, source: str) -> dict[str, str]:
    return {"about": what, "source": source}


def _product(name: str) -> Callable[[], Any]:
    return lambda: _declared()[name]


@dataclass(frozen=True)
class Parameters:
    """Times of requests in ms as (median, 99th percentile), others in the unit of their name; shares are of 1."""

    per_invocation: int = field(
        default_factory=_product("per_invocation"),
        metadata=_about("followers that one invocation looks at", "s.yaml, FEED_FANOUT_BATCH_FOLLOWERS"),
    )
    width: int = field(
        default_factory=_product("width"), metadata=_about("shards side by side at most", "s.yaml, FEED_FANOUT_WIDTH")
    )
    timeout_s: float = field(
        default_factory=_product("timeout_s"), metadata=_about("time-out of fanout-batch", "s.yaml, fanout-batch")
    )
    memory_mb: int = field(
        default_factory=_product("memory_mb"),
        metadata=_about("memory of fanout-batch", "s.yaml, template of functions"),
    )
    platform_retries: int = field(
        default_factory=_product("platform_retries"),
        metadata=_about("repetitions of an invocation that failed", "s.yaml, fanout-batch, maxAsyncRetryAttempts"),
    )
    request_timeout_s: float = field(
        default_factory=_product("request_timeout_s"),
        metadata=_about("how long a worker waits for an answer", "feed/config.py, FEED_REQUEST_TIMEOUT_S"),
    )
    in_flight: int = field(
        default=_THREADS, metadata=_about("requests of one worker side by side", "feed/store/client.py")
    )

    vcpu: float = field(
        default=0.35,
        metadata=_about(
            "vCPU of fanout-batch",
            "assumed: s.yaml leaves it open, and the platform asks for 1 vCPU to between 1 and 4 GB",
        ),
    )
    instances: int = field(
        default=100,
        metadata=_about(
            "instances that may run at once",
            "Synchronous invocations, www.alibabacloud.com/help/en/functioncompute/fc/"
            "synchronous-invocations: 100 of an account in a region; other functions are taken to need none",
        ),
    )
    start_ms: Latency = field(
        default=Latency(50, 500),
        metadata=_about("from an asynchronous request's acceptance to its start", "assumed; no figure is published"),
    )
    cold_ms: Latency = field(
        default=Latency(2000, 5000),
        metadata=_about(
            "a new instance until it runs our code",
            "assumed: importing the SDK took 0.55 s of a whole core (tablestore 6.4.8, CPython 3.12), 1.6 s "
            "of this vCPU; no figure is published for the rest",
        ),
    )
    stay_s: float = field(
        default=60.0,
        metadata=_about(
            "how long an instance is kept, and its memory billed, after a request",
            "Change of billing of 9 December 2025, help.aliyun.com/zh/functioncompute/fc/product-overview/"
            "product-change-description-on-optimizing-function-billing-mode",
        ),
    )
    invoke_ms: Latency = field(
        default=Latency(15, 80),
        metadata=_about("asking for an asynchronous invocation", "assumed; no figure is published"),
    )
    again_s: float = field(
        default=0.5,
        metadata=_about(
            "until the platform repeats a failed or refused invocation, doubled each time",
            "Configure a retry mechanism, help.aliyun.com/en/functioncompute/fc/error-handling-1-2, for too "
            "many instances; assumed to hold for errors, too",
        ),
    )

    row_ms: Latency = field(
        default=Latency(5, 25),
        metadata=_about(
            "a request for one row or a few",
            "assumed; the vendor's test results (help.aliyun.com/document_detail/64993.html) are charts "
            "without figures",
        ),
    )
    write_ms: Latency = field(
        default=Latency(25, 125), metadata=_about("BatchWriteRow of 200 rows", "assumed, as for one row")
    )
    range_ms: Latency = field(
        default=Latency(60, 300), metadata=_about("GetRange of 5,000 followers (0.4 MB)", "assumed, as for one row")
    )
    write_cpu_ms: float = field(
        default=1.8,
        metadata=_about(
            "processor time of a whole core for a batch of 200 rows",
            "measured: scripts/bench fanout, CPython 3.11: 15 us a row in all, less what ranges take of it",
        ),
    )
    range_cpu_ms: float = field(
        default=30.0,
        metadata=_about(
            "processor time of a whole core for a range of 5,000 followers",
            "measured: relations.followers on the local cloud, CPython 3.11, six rounds: 15 to 59 ms",
        ),
    )
    key_cu: float = field(
        default=10_000.0,
        metadata=_about(
            "capacity units a second of one partition key, here the author's in the relation table",
            "Read and write throughput, help.aliyun.com/document_detail/27284.html: from there on it may be refused",
        ),
    )
    partition_cu: float = field(
        default=10_000.0,
        metadata=_about(
            "capacity units a second of one partition",
            "assumed: the figure for one partition key, since none is published for a partition",
        ),
    )
    partitions: int = field(
        default=64,
        metadata=_about(
            "partitions of the inbox table, by ranges of the hashed key",
            "assumed: the service splits by size and load; its test (help.aliyun.com/document_detail/"
            "64991.html) has 1, 4 and 16 of 20 GB, and inboxes of many millions are larger",
        ),
    )
    instance_cu: float = field(
        default=1_000_000.0,
        metadata=_about(
            "capacity units a second of the whole Tablestore instance",
            "Billing examples of CU mode, help.aliyun.com/zh/tablestore/product-overview/billing-examples: "
            "writes of a million TPS, said of capacity instances; a table may reserve 100,000 without a "
            "ticket",
        ),
    )
    queue_s: float = field(
        default=1.0,
        metadata=_about(
            "how long the service lets a request wait above a limit before it refuses it",
            "assumed: by the vendor's test results requests queue first (help.aliyun.com/document_detail/64993.html)",
        ),
    )
    burst_s: float = field(
        default=1.0,
        metadata=_about(
            "what may be used at once of a limit that was idle",
            "Read and write throughput, help.aliyun.com/document_detail/27284.html: metered by the second",
        ),
    )

    deaths_per_s: float = field(
        default=1e-5, metadata=_about("workers that vanish, per second of running", "assumed: one in a day of running")
    )
    lost_answers: float = field(default=1e-5, metadata=_about("share of requests whose answer never comes", "assumed"))
    lost_starts: float = field(
        default=1e-4, metadata=_about("share of invocations that cannot be asked for", "assumed")
    )

    cold: float = field(
        default=0.0,
        metadata=_about(
            "share of followers unseen for 30 days, whom a push leaves to their return",
            "assumed: none, which is dearest for pushes",
        ),
    )
    active: float = field(
        default=0.3, metadata=_about("share of the others who look on a day", "assumed; --active says otherwise")
    )
    visits: float = field(default=5.0, metadata=_about("visits of such a reader on that day", "assumed"))
    articles: float = field(default=2.0, metadata=_about("articles of the author a day", "assumed"))
    days: float = field(default=3.0, metadata=_about("days within which a reader still comes to an article", "assumed"))
    page_ms: float = field(
        default=100.0, metadata=_about("how long a page's function runs", "assumed; only to count instances")
    )

    @classmethod
    def of(cls, given: argparse.Namespace) -> Parameters:
        values: dict[str, Any] = {item.name: getattr(given, item.name) for item in fields(cls)}
        values |= {name: Latency(*value) for name, value in values.items() if isinstance(value, list)}
        return cls(**values)


def add_arguments(parser: argparse._ActionsContainer) -> None:
    """One option for each parameter, with its default and where that comes from."""
    defaults = Parameters()
    for item in fields(Parameters):
        _add(parser, item, getattr(defaults, item.name))


def _add(parser: argparse._ActionsContainer, item: Field[Any], default: Any) -> None:
    shown = " ".join(f"{part:.12g}" for part in (default if isinstance(default, Latency) else (default,)))
    about = f"{item.metadata['about']} (default {shown}; {item.metadata['source']})".replace("%", "%%")
    option = f"--{item.name.replace('_', '-')}"
    if isinstance(default, Latency):
        parser.add_argument(option, type=float, nargs=2, default=default, metavar=("MEDIAN", "P99"), help=about)
    else:
        parser.add_argument(option, type=type(default), default=default, metavar="N", help=about)
