"""``swept``: what a sweep shows: which input moves the choice, and a map of two inputs."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.cli.files import load_json
from estimator.cli.output import BadInput, naming, print_json, print_table, write_file
from estimator.words.texts import languages, say

if TYPE_CHECKING:
    from estimator.engine.swept import ChoiceMap


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("swept", help="what a sweep shows: influences and a map")
    p.add_argument("folder", metavar="DIR", help="the --out of a sweep, finished or not")
    p.add_argument("--map", nargs=2, metavar=("X", "Y"), help="two varied inputs, dotted paths")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.add_argument("--svg", metavar="F", help="write both charts as a picture")
    p.add_argument("--language", default="en", choices=languages())
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Run the command."""
    from estimator.engine.swept import choice_map, influences
    from estimator.report import figures_sweep as figures
    from estimator.sweep.read import read_sweep
    from estimator.words.format import Style

    folder = arguments.folder
    if not Path(folder).is_dir():
        raise BadInput(f"{folder}: no such folder")
    manifest = load_json(str(Path(folder) / "sweep.json"))
    with naming(folder):
        swept = read_sweep(folder, manifest)
        found = influences(swept)
        pair = arguments.map or [i.path for i in found[:2]]
        drawn = choice_map(swept, *pair) if len(pair) == 2 else None
    style = Style(arguments.language)
    lang = style.language
    if arguments.json:
        print_json(
            {
                **swept.origin,
                "n_scenarios": len(swept.choices),
                "choice": "plan" if swept.by_plan else "cheapest_sure_row",
                "influence": [
                    {
                        "input": i.path,
                        "share": round(i.share, 6),
                        "steps": [
                            {"value": s, "choice": c}
                            for s, c in zip(i.steps, i.choices, strict=True)
                        ],
                    }
                    for i in found
                ],
                "map": None if drawn is None else _map(drawn),
            }
        )
        return
    charts = [figures.influence(swept, style)]
    if drawn is not None:
        charts.append(figures.two_inputs(swept, pair[0], pair[1], style))
    print(charts[0].alt)
    print(say("sweep.by_plan" if swept.by_plan else "sweep.by_rule", lang))
    for chart in charts:
        print()
        print_table(list(chart.table.columns), chart.table.to_numpy().tolist())
    print()
    values = {k: str(v) for k, v in swept.origin.items()}
    print(
        say(
            "sweep.origin", lang, n=style.count(len(swept.choices)), data=values["data_version"],
            code=values["code_version"], seed=values["seed"], draws=values["draws"],
        )
    )  # fmt: skip
    if arguments.svg:
        from estimator.report.plots_sweep import sweep_svg

        write_file(arguments.svg, sweep_svg(swept, drawn, style))
        print(arguments.svg)


def _map(drawn: ChoiceMap) -> dict[str, Any]:
    told = dataclasses.asdict(drawn)
    return {**told, "shares": [[round(s, 6) for s in row] for row in drawn.shares]}
