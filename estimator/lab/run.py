"""The product's own errors in one table: accuracy, hours, memory, cost, decision, claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from estimator.engine.inputs import ProjectInputs
from estimator.engine.simulate import evaluate
from estimator.errors import FitError
from estimator.lab.accuracy.families import families_validation, fit_families
from estimator.lab.accuracy.fit import fit_accuracy
from estimator.lab.accuracy.own_results import fit_own
from estimator.lab.accuracy.recalibrate import calibrate_accuracy
from estimator.lab.accuracy.search import search_accuracy
from estimator.lab.accuracy.series_fit import fit_series, series_validation
from estimator.lab.accuracy.validate import validate_accuracy
from estimator.lab.claims.claims import check_claims, tally
from estimator.lab.compute.fit import fit_utilisation
from estimator.lab.compute.tuning import search_utilisation
from estimator.lab.compute.validate import validate_compute
from estimator.lab.decide.validation import validate_decision
from estimator.lab.money.cost_validation import validate_cost
from estimator.lab.money.project_validation import validate_projects

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

Progress = Callable[[float, str], None]

SECTIONS: Mapping[str, str] = {
    "accuracy": "accuracy_validation",
    "series": "series_validation",
    "families": "families_validation",
    "compute": "utilisation_validation",
    "cost": "cost_validation",
    "projects": "project_validation",
    "decision": "decision_validation",
    "claims": "claims",
}
"""Section of the table -> name of its file under data/fits."""

CLAIM_DRAWS = 256


def _silent(share: float, text: str) -> None:
    """Report nothing."""


def shipped_validation(evidence: Evidence) -> dict[str, Any]:
    """The validation table as shipped; raises FitError where a part of it is missing."""
    missing = [f for f in SECTIONS.values() if f not in evidence.fits]
    if missing:
        names = ", ".join(f"data/fits/{m}.json" for m in missing)
        raise FitError(f"{names} is missing: run `python -m estimator validate --refit --write`")
    parts = {name: evidence.fits[file] for name, file in SECTIONS.items()}
    return {"data_version": evidence.data_version, **parts}


def search_widths(
    evidence: Evidence,
    progress: Progress,
    begun: Mapping[str, Any] | None,
    keep: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    """Content of data/fits/accuracy_hyper.json with its standard deviations searched anew."""
    found = search_accuracy(evidence, progress, begun, keep)
    return {**evidence.fits["accuracy_hyper"], "sd": found}


def search_hours(evidence: Evidence, progress: Progress) -> dict[str, Any]:
    """Content of data/fits/utilisation_hyper.json, its widths searched anew."""
    return search_utilisation(evidence, progress)


def recalibrate(evidence: Evidence, progress: Progress = _silent) -> dict[str, Any]:
    """Content of data/fits/accuracy_hyper.json: its standard deviations, calibrated anew."""
    found = calibrate_accuracy(
        evidence, lambda share, text: progress(share, f"calibration without {text}")
    )
    return {"sd": dict(evidence.fits["accuracy_hyper"]["sd"]), **found}


def refit_own(evidence: Evidence) -> dict[str, Any]:
    """Content of data/fits/accuracy_own.json: what own points leave, fitted anew."""
    return fit_own(evidence)


def refit(evidence: Evidence, progress: Progress = _silent) -> dict[str, Any]:
    """The fitted parameters computed anew from the shipped points, by file name.

    Parameters
    ----------
    evidence : Evidence
    progress : callable
        ``progress(share, what)``.
    """
    accuracy = fit_accuracy(evidence, lambda share, text: progress(share, f"accuracy: {text}"))
    hours = fit_utilisation(evidence, lambda share: progress(share, "utilisation"))
    series = fit_series(evidence, progress)
    families = fit_families(evidence, progress)
    return {"accuracy": accuracy, "utilisation": hours, "series": series, "families": families}


def revalidate(
    evidence: Evidence, presets: Mapping[str, ProjectInputs], progress: Progress = _silent
) -> dict[str, Any]:
    """The validation table computed anew, in minutes; sections as in ``shipped_validation``.

    Parameters
    ----------
    evidence : Evidence
    presets : mapping
        The shipped scenarios, on which the claims are tested.
    progress : callable
        ``progress(share, what)``.
    """
    return {
        "data_version": evidence.data_version,
        "accuracy": validate_accuracy(
            evidence, refit=True, progress=lambda share, text: progress(share, f"accuracy: {text}")
        ),
        "series": series_validation(evidence),
        "families": families_validation(evidence),
        "compute": _with_note(progress, "hours and memory", validate_compute, evidence, True),
        "cost": _with_note(progress, "cost", validate_cost, evidence),
        "projects": _with_note(progress, "projects", validate_projects, evidence, presets),
        "decision": validate_decision(
            evidence, refit=True, progress=lambda share, text: progress(share, f"decision: {text}")
        ),
        "claims": claims(evidence, presets, progress),
    }


def _with_note(progress: Progress, what: str, run: Callable[..., Any], *arguments: Any) -> Any:
    progress(0.0, what)
    out = run(*arguments)
    progress(1.0, what)
    return out


def claims(
    evidence: Evidence, presets: Mapping[str, ProjectInputs], progress: Progress = _silent
) -> dict[str, Any]:
    """What the field's guides claim, tested over the presets: verdicts and their count."""
    few = {name: inputs.replace("draws", CLAIM_DRAWS) for name, inputs in presets.items()}
    verdicts = check_claims(
        {name: evaluate(inputs, evidence) for name, inputs in few.items()},
        lambda inputs: evaluate(inputs, evidence),
        evidence,
        lambda done, total: progress(done / total, "claims"),
    )
    return {"tally": tally(verdicts), "verdicts": [v.to_dict() for v in verdicts]}
