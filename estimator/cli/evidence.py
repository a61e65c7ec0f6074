"""``evidence``: what the shipped evidence holds: sources, points, fits, their ranges."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from estimator.cli.output import BadInput, print_figures, print_table

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("evidence", help="what the shipped evidence holds")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.add_argument(
        "--judgements", action="store_true", help="judgements by the money that rests on them"
    )
    p.add_argument(
        "--of", metavar="FILE", help="with --judgements: one scenario, each at half and at twice"
    )
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from estimator import load_evidence

    if arguments.of and not arguments.judgements:
        raise BadInput("evidence: --of names the scenario of --judgements; give both")
    if arguments.judgements:
        _judgements(arguments)
        return
    found = holdings(load_evidence())
    if arguments.json:
        print_figures(found)
        return
    print(f"data {found['data_version']}: {len(found['sources'])} sources")
    print("\nTables")
    print_table(("table", "rows"), [(k, str(v)) for k, v in found["tables"].items()], (1,))
    print("\nLearning-curve points by task and approach")
    heads = ("task", "approach", "points", "curves", "sources", "fewest labels", "most labels")
    print_table(heads, [[_text(c[h]) for h in _CELL] for c in found["curves"]], (2, 3, 4, 5, 6))
    print("\nFits")
    print_table(("fit", "keys"), [(f["fit"], ", ".join(f["keys"])) for f in found["fits"]])


def _judgements(arguments: argparse.Namespace) -> None:
    """Print the judgements of one scenario, or those of all examples together."""
    import dataclasses

    from estimator import ProjectInputs, load_evidence
    from estimator.engine.judgements import judgements, over_examples
    from estimator.evidence.presets import preset_scenarios
    from estimator.report.judged import judged_heads, judged_rows, judged_sentence, replaced_by
    from estimator.words.format import Style
    from estimator.words.texts import say

    evidence, style = load_evidence(), Style("en")
    if arguments.of:
        from estimator.cli.files import load_scenario

        found = judgements(load_scenario(arguments.of), evidence)
        if found is None:
            raise BadInput(f"{arguments.of}: no row of it has a price")
        if arguments.json:
            print_figures(dataclasses.asdict(found))
            return
        print(judged_sentence(found, style))
        print_table(judged_heads(style), judged_rows(found, None, style), (2, 3, 4))
        return
    examples = {n: ProjectInputs.from_dict(d) for n, d in preset_scenarios().items()}
    whole = over_examples(examples, evidence)
    if arguments.json:
        print_figures(dataclasses.asdict(whole))
        return
    middle = style.percent(whole.median_share)
    print(say("judged.middle", "en", n=whole.examples, share=middle))
    rows = [
        [
            r.assumption,
            style.percent(r.mean_share),
            str(r.examples),
            r.reason,
            replaced_by(r.assumption, "en"),
        ]
        for r in whole.rows
    ]
    heads = ("judgement", "mean share", "examples", "reason", "what would replace it")
    print_table(heads, rows, (1, 2))


_CELL = ("task", "approach", "points", "curves", "sources", "n_min", "n_max")


def holdings(evidence: Evidence) -> dict[str, Any]:
    """Sources, rows of each table, points by task and approach with their range, fits."""
    return {
        "data_version": evidence.data_version,
        "tables": evidence.summary(),
        "sources": [
            {
                "source_id": s.source_id,
                "title": s.title,
                "year": s.year,
                "url": s.url,
                "licence": s.licence,
            }
            for s in evidence.sources.values()
        ],
        "curves": cells(evidence),
        "runs": runs(evidence),
        "fits": [{"fit": n, "keys": sorted(evidence.fits[n])[:12]} for n in evidence.fits],
    }


def cells(evidence: Evidence) -> list[dict[str, Any]]:
    """Points, curves, sources and range of labels for each pair of task and approach."""
    frame = evidence.table("curves")
    out = []
    for (task, approach), part in frame.groupby(["task_family", "approach"], sort=True):
        n = part["n_labelled"].dropna()
        out.append(
            {
                "task": str(task),
                "approach": str(approach),
                "points": len(part),
                "curves": int(part["curve_id"].nunique()),
                "sources": int(part["source_id"].nunique()),
                "n_min": float(n.min()) if len(n) else None,
                "n_max": float(n.max()) if len(n) else None,
            }
        )
    return out


def runs(evidence: Evidence) -> list[dict[str, Any]]:
    """Training runs by modality and approach with the range of their device-hours."""
    frame = evidence.table("runs")
    out = []
    for (modality, approach), part in frame.groupby(["modality", "approach"], sort=True):
        hours = part["device_hours"].dropna()
        out.append(
            {
                "modality": str(modality),
                "approach": str(approach),
                "runs": len(part),
                "sources": int(part["source_id"].nunique()),
                "device_hours_min": float(hours.min()) if len(hours) else None,
                "device_hours_max": float(hours.max()) if len(hours) else None,
            }
        )
    return out


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if isinstance(value, float) else str(value)
