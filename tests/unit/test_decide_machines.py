"""A row on other machines: the same hours as the row itself, whole instances, cheapest first."""

import pytest

from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.machines import COUNTS, machines
from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import quick_comparison
from estimator.evidence.load import Evidence


def test_the_row_s_own_machine_has_the_row_s_own_hours(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    found = machines(support_tickets, "full_finetune", evidence, Assumptions(evidence.assumptions))
    rows = quick_comparison(support_tickets, evidence).to_dict()["approaches"]
    row = next(r for r in rows if r["key"] == "full_finetune")
    own = next(m for m in found if m.accelerator == row["accelerator"])
    assert row["device_hours"]["p10"] < own.device_hours < row["device_hours"]["p90"]


def test_whole_instances_are_paid_and_the_cheapest_leads(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    found = machines(support_tickets, "lora", evidence, Assumptions(evidence.assumptions))
    assert [m.usd for m in found] == sorted(m.usd for m in found)
    assert len({m.accelerator for m in found}) == len(found) > 10
    for m in found:
        assert m.n_devices in COUNTS
        assert m.device_hours == pytest.approx(m.wallclock_hours * m.n_devices)
        least = m.offer.usd_per_instance_hour * m.wallclock_hours
        assert m.usd >= least * (1 - 1e-12)
        assert m.offer.purchase_option == support_tickets.compute.purchase_option


def test_what_trains_nothing_has_no_machines(
    support_tickets: ProjectInputs, evidence: Evidence
) -> None:
    judged = Assumptions(evidence.assumptions)
    assert machines(support_tickets, "zero_shot", evidence, judged) == ()
    assert machines(support_tickets, "baseline", evidence, judged) == ()
