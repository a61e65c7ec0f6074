"""``validate``: the shipped model's own errors, leave one source out."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from estimator.cli.output import BadInput, print_figures, print_table, progress


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("validate", help="the errors of the shipped model")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.add_argument("--refit", action="store_true", help="recompute the table (minutes)")
    p.add_argument("--write", action="store_true", help="with --refit: store it under data/fits")
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from estimator import load_evidence
    from estimator.engine.validation import shipped_validation

    if arguments.write and not arguments.refit:
        raise BadInput("validate: --write stores what --refit computes; give both")
    found = recomputed(arguments.write) if arguments.refit else shipped_validation(load_evidence())
    if arguments.json:
        print_figures(found)
        return
    for title, section in found.items():
        if isinstance(section, Mapping):
            _section(title, section)
        else:
            print(f"{title.replace('_', ' ')}: {section}")


def recomputed(write: bool) -> dict[str, Any]:
    """The validation table computed anew; with ``write`` the fits too, stored under data/fits."""
    from estimator.engine.comparison import clean
    from estimator.engine.inputs import ProjectInputs
    from estimator.engine.validation import SECTIONS, refit, revalidate
    from estimator.evidence.files import write_fit
    from estimator.evidence.load import Evidence
    from estimator.evidence.presets import preset_scenarios

    if write:
        for name, fit in refit(Evidence(), progress).items():
            write_fit(name, fit, compact=True)
    evidence = Evidence()
    presets = {n: ProjectInputs.from_dict(d) for n, d in preset_scenarios().items()}
    found = revalidate(evidence, presets, progress)
    if write:
        for section, name in SECTIONS.items():
            write_fit(name, clean(found[section]))
    return found


def _section(title: str, section: Mapping[str, Any]) -> None:
    print(f"\n{title.replace('_', ' ').capitalize()}")
    plain = [(k, v) for k, v in section.items() if not isinstance(v, Mapping | list)]
    if plain:
        print_table(("figure", "value"), [(k.replace("_", " "), _text(v)) for k, v in plain], (1,))
    for name, part in section.items():
        rows = _rows(part)
        if rows:
            heads = list(dict.fromkeys(k for r in rows for k in r))
            print(f"  {name.replace('_', ' ')}")
            cells = [[_text(r.get(h)) for h in heads] for r in rows]
            print_table([h.replace("_", " ") for h in heads], cells, range(1, len(heads)))


def _rows(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, list):
        return [dict(r) for r in part if isinstance(r, Mapping)]
    if isinstance(part, Mapping) and part and all(isinstance(v, Mapping) for v in part.values()):
        return [{"of": k, **v} for k, v in part.items()]
    return [dict(part)] if isinstance(part, Mapping) else []


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
