"""``link``: the dashboard link of a scenario, and the scenario of a link."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from estimator.cli.files import load_scenario
from estimator.cli.output import BadInput, naming, print_json
from estimator.errors import InputError

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("link", help="the dashboard link of a scenario, and back")
    p.add_argument("file", metavar="FILE", nargs="?", help="scenario file")
    p.add_argument("--decode", metavar="URL", help="print the scenario of a link instead")
    p.add_argument("--base", metavar="URL", default="", help="address of the dashboard")
    p.add_argument(
        "--figures",
        action="store_true",
        help="the link carries its figures, so that it says later what moved",
    )
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Run the command."""
    if (arguments.file is None) == (arguments.decode is None):
        raise BadInput("link: give either FILE or --decode URL")
    if arguments.decode is not None:
        _decode(arguments.decode)
        return
    from estimator.report.link import encode
    from estimator.words.texts import say

    inputs = load_scenario(arguments.file)
    was = _figures(inputs, arguments.file) if arguments.figures else ""
    with naming(arguments.file):
        made = encode(inputs, price_hash(inputs.prices, arguments.file), was)
    url = f"{arguments.base.rstrip('?')}?{made.query}" if made.query else arguments.base or "/"
    lost = say("link.lost", fields=", ".join(made.left_out)) if made.left_out else ""
    if arguments.json:
        print_json({"url": url, "query": made.query, "left_out": list(made.left_out)})
        return
    print(url)
    if lost:
        print(lost, file=sys.stderr)


def _figures(inputs: ProjectInputs, file: str) -> str:
    from estimator.cli.compare import compute
    from estimator.report.sent import figures_sent

    return figures_sent(compute(inputs, file, searches=False)[0].summary())


def price_hash(book: str | None, scenario: str) -> str | None:
    """SHA-256 of the price book that a scenario names; its path counts from the scenario file."""
    if not book:
        return None
    from estimator.evidence.own_prices import read_book

    text = read_book(str(Path(scenario).parent / book))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _decode(url: str) -> None:
    from estimator.report.link import decode

    with naming("link"):
        read = decode(_on_preset(url))
    print_json(read.inputs.to_dict())
    for note in read.notes:
        print(note, file=sys.stderr)
    if read.was:
        from estimator.cli.compare import compute
        from estimator.report.sent import since_sent

        now = compute(read.inputs, "link", searches=False)[0].summary()
        with naming("link"):
            for statement in since_sent(read.was, now):
                print(statement, file=sys.stderr)


def _on_preset(url: str) -> str:
    """A link that names a shipped example with the example's own fields below those it changes."""
    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.presets import preset_scenarios
    from estimator.report.link import encode

    query = urlsplit(url).query if "?" in url else url
    given = dict(parse_qsl(query, keep_blank_values=True))
    if "preset" not in given or "task" in given or "z" in given:
        return url
    presets = preset_scenarios()
    if given["preset"] not in presets:
        raise InputError("preset", given["preset"], ", ".join(presets))
    whole = encode(ProjectInputs.from_dict(presets[given["preset"]])).query
    return urlencode({**dict(parse_qsl(whole, keep_blank_values=True)), **given})
