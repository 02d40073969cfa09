"""What one call takes, and what it leads to: counted on the local cloud, and timed by what is assumed of requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import rows
from benchmarks.aftermath import Extra, extra_costs
from benchmarks.meter import Cost
from benchmarks.operations import Costs, costs_of_all
from benchmarks.rows import FIRST_AUTHOR
from benchmarks.stage import Stage
from commands.cost.assumed import Assumed
from commands.cost.used import Used
from feed.domain.fanout import width_for
from feed.operations.publish._cost import pushed
from simulations.parameters import Parameters


@dataclass(frozen=True)
class Counted:
    """`cold` is a call on an instance that has kept nothing, `warm` on one that has just answered the same.

    `after`: what a call leads to. `others`: calls of timers and of Alipay, and a publication that is left to its
    readers. `shared`: what an instance reads every two seconds for all its calls. `act` is one that a night's
    training reads, `trained` an article that gets neighbours.
    """

    cold: dict[str, Used]
    warm: dict[str, Used]
    after: dict[str, Used]
    others: dict[str, Used]
    shared: Used
    act: Used
    trained: Used

    @classmethod
    def of(cls, costs: dict[str, Costs], extra: Extra, assumed: Assumed) -> Counted:
        def call(cost: Cost, bytes_out: int) -> Used:
            return _used(cost, 1, assumed) + Used(bytes_out=bytes_out)

        return cls(
            cold={name: call(of.cold.cost, of.bytes_out) for name, of in costs.items()},
            warm={name: call(of.warm.cost, of.bytes_out) for name, of in costs.items()},
            after={name: _used(cost, runs, assumed) for name, (cost, runs) in extra.after.items()},
            others={name: call(cost, bytes_out) for name, (cost, bytes_out) in extra.calls.items()},
            shared=_used(extra.shared, 0, assumed),
            act=Used(read_cu=extra.night.read_cu / extra.acts),
            trained=Used(write_cu=extra.night.write_cu / extra.trained),
        )

    def published(self, followers: int) -> Used:
        """And pushed to so many, by the product's own formula; a ledger of more shards is written by the same call."""
        parameters = Parameters()
        width = width_for(followers, parameters.per_invocation, parameters.width, pull_from=0)
        article = rows.article(FIRST_AUTHOR, 0, 0)._replace(audience=followers, width=width)
        fanout = pushed(article, parameters.per_invocation)
        return self.cold["publish"] + Used(
            requests=fanout.requests,
            read_cu=fanout.read_cu + width - 1,
            write_cu=fanout.write_cu + width - 1,
            invocations=fanout.invocations,
            gb_s=fanout.gb_s,
            vcpu_s=fanout.vcpu_s,
        )

    def tip(self) -> Used:
        """Ordered, paid, shown to the payer, and looked at by the sweeper."""
        paid = self.others["tip_notified"] + self.others["tip_returned"]
        return self.cold["tip"] + paid + self.after["tip"]


def _used(cost: Cost, invocations: int, assumed: Assumed) -> Used:
    seconds = (invocations * assumed.code_ms + cost.depth * assumed.request_ms) / 1000
    function = assumed.simulated()
    return Used(
        requests=cost.requests,
        read_cu=cost.read_cu,
        write_cu=cost.write_cu,
        invocations=invocations,
        gb_s=seconds * function.memory_mb / 1024,
        vcpu_s=seconds * function.vcpu,
    )


def count(assumed: Assumed, say: Callable[[str], None]) -> Counted:
    """Takes about twenty seconds."""
    say("counting what each operation takes")
    with TemporaryDirectory() as keys, Stage(Path(keys)) as stage:
        costs = costs_of_all(stage)
    say("counting what operations lead to, timers, payments and a night's training")
    with TemporaryDirectory() as keys, Stage(Path(keys)) as stage:
        extra = extra_costs(stage, Path(keys))
    return Counted.of(costs, extra, assumed)
