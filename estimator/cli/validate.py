"""``validate``: the shipped model's own errors, leave one source out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estimator.cli.output import BadInput, print_figures, print_table, progress

SEARCH = "accuracy_search.json"
"""State of a search of widths, in the working directory until it is done."""
MOST_ROWS = 60
MOST_CHARACTERS = 70


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("validate", help="the errors of the shipped model")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.add_argument("--refit", action="store_true", help="recompute the table (minutes)")
    p.add_argument("--write", action="store_true", help="with --refit: store it under data/fits")
    p.add_argument(
        "--search",
        action="store_true",
        help=f"with --refit --write: search the widths first (hours; goes on from {SEARCH})",
    )
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from estimator import load_evidence
    from estimator.lab.run import shipped_validation

    if arguments.write and not arguments.refit:
        raise BadInput("validate: --write stores what --refit computes; give both")
    if arguments.search and not arguments.write:
        raise BadInput("validate: --search changes the shipped fits; give --refit --write as well")
    if arguments.search:
        searched()
    found = recomputed(arguments.write) if arguments.refit else shipped_validation(load_evidence())
    if arguments.json:
        print_figures(found)
        return
    for title, section in found.items():
        if isinstance(section, Mapping):
            _section(title, section)
        else:
            print(f"{title.replace('_', ' ')}: {section}")


def searched() -> None:
    """Search the widths of hours and accuracy and store them; the state of the latter is kept."""
    from estimator.evidence.files import write_fit
    from estimator.evidence.load import Evidence
    from estimator.lab.run import search_hours, search_widths

    write_fit("utilisation_hyper", search_hours(Evidence(), progress))
    state = Path(SEARCH)
    begun = json.loads(state.read_text(encoding="utf-8")) if state.exists() else None

    def keep(found: Mapping[str, Any]) -> None:
        state.write_text(json.dumps(found), encoding="utf-8")

    write_fit("accuracy_hyper", search_widths(Evidence(), progress, begun, keep))
    state.unlink(missing_ok=True)


def recomputed(write: bool) -> dict[str, Any]:
    """The validation table computed anew; with ``write`` the fits too, stored under data/fits."""
    from estimator.engine.comparison import clean
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.files import write_fit
    from estimator.evidence.load import Evidence
    from estimator.evidence.presets import preset_scenarios
    from estimator.lab.run import SECTIONS, recalibrate, refit, refit_own, revalidate

    if write:
        write_fit("accuracy_hyper", recalibrate(Evidence(), progress))
        write_fit("accuracy_own", refit_own(Evidence()))
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
    print(f"\n{_words(title).capitalize()}")
    plain = [(_words(k), _text(v)) for k, v in section.items() if not isinstance(v, Mapping | list)]
    if plain:
        print_table(("figure", "value"), plain, (1,))
    for name, part in section.items():
        rows = [r for r in _rows(part, ()) if r]
        if not rows:
            continue
        heads = list(dict.fromkeys(k for r in rows for k in r))
        print(f"\n{_words(title)}: {_words(name)}")
        cells = [[_text(r.get(h)) for h in heads] for r in rows[:MOST_ROWS]]
        numbers = [k for k, h in enumerate(heads) if isinstance(rows[0].get(h), int | float)]
        print_table([_words(h) for h in heads], cells, numbers)
        if len(rows) > MOST_ROWS:
            print(f"... and {len(rows) - MOST_ROWS} more rows (--json shows all)")


def _rows(part: Any, path: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of figures, however deep they stand; the keys on the way become the first columns."""
    if isinstance(part, list):
        return [r for p in part if isinstance(p, Mapping) for r in _rows(p, path)]
    if not isinstance(part, Mapping):
        return []
    heads = (
        "own points" if path and path[0] in ("0", "1", "2", "3") else "of",
        "of 2",
        "of 3",
        "of 4",
    )
    names = {h: _words(p) for h, p in zip(heads, path, strict=False)}
    own = {k: v for k, v in part.items() if not isinstance(v, Mapping | list)}
    deeper = [
        r
        for k, v in part.items()
        if isinstance(v, Mapping | list)
        for r in _rows(v, (*path, str(k)))
    ]
    return [*([{**names, **own}] if own else []), *deeper]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 3] + "..."
