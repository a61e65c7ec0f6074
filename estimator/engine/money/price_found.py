"""What is known of machines and what was read of a foreign price table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from estimator.engine.money.pricebook import OWN_SOURCE, Problem
from estimator.evidence.names import plain
from estimator.evidence.things import PriceRow
from estimator.words.statement import Statement

Row = Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What the shipped tables tell about machines."""

    machine: Callable[[str, str], PriceRow | None]
    """An offer of an instance type (provider, instance) in any region."""
    device: Callable[[str, float | None], str | None]
    """Accelerator id of a name and a memory [GiB]; None where it is none known here."""
    provider: Callable[[str, str], str | None]
    """Provider whose instance (instance, region) this is; None where several or none could be."""
    usd: Callable[[str], float | None]
    """USD for one unit of a currency."""
    today: str
    """Day of a list without dates; blank: such a list is refused."""


@dataclass
class Found:
    """What was read of a file."""

    layout: str
    rows: list[PriceRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0

    def refuse(self, line: int, column: str, value: str, allowed: Statement) -> None:
        """Note a cell that cannot be used."""
        self.problems.append(Problem(line, column, value, allowed))


def offer(
    provider: str, instance: str, accelerator: str, count: float, vcpus: float | None,
    gib: float | None, region: str, option: str, usd: float, day: str, line: int,
) -> PriceRow:  # fmt: skip
    """A row of the price book."""
    return PriceRow(
        provider=plain(provider) if " " in provider else provider.lower(),
        instance_type=instance,
        accelerator=accelerator,
        accelerator_count=count,
        vcpus=vcpus,
        memory_gib=gib,
        region=region,
        purchase_option=option,
        usd_per_instance_hour=usd,
        as_of=day,
        stale=False,
        source_id=OWN_SOURCE,
        locator=f"line {line}",
    )
