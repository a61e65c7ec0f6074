"""``prices list|check|import``: show, check and replace the price book."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from estimator.cli.output import naming, print_figures, print_table

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def add(commands: Any) -> None:
    """Declare the commands."""
    p = commands.add_parser("prices", help="the price book: show, check, replace")
    verbs = p.add_subparsers(dest="verb", required=True, metavar="list|check|import")
    for name, action, text in (
        ("list", run_list, "every offer"),
        ("check", run_check, "findings: zero, out of line, stale; status 1 with findings"),
        ("import", run_import, "replace the price book by a CSV of your own"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("--json", action="store_true", help="one JSON document")
        if name == "import":
            verb.add_argument("file", metavar="FILE")
        if name == "list":
            verb.add_argument("--provider", help="one provider only")
            verb.add_argument("--accelerator", help="one accelerator only")
        if name == "check":
            verb.add_argument("--date", help="day from which the age is counted; default today")
        verb.set_defaults(run=action)


def run_list(arguments: argparse.Namespace) -> None:
    """Print the offers."""
    from estimator import load_evidence

    rows = [
        {
            "provider": p.provider,
            "region": p.region,
            "accelerator": p.accelerator,
            "count": p.accelerator_count,
            "instance_type": p.instance_type,
            "purchase_option": p.purchase_option,
            "usd_per_instance_hour": p.usd_per_instance_hour,
            "as_of": p.as_of,
            "stale": p.stale,
            "source_id": p.source_id,
        }
        for p in load_evidence().prices
        if arguments.provider in (None, p.provider)
        and arguments.accelerator in (None, p.accelerator)
    ]
    if arguments.json:
        print_figures(rows)
    elif rows:
        heads = list(rows[0])
        cells = [[str(r[h]) for h in heads] for r in rows]
        print_table([h.replace("_", " ") for h in heads], cells, right=(3, 6))
    else:
        print("no offer of this kind is in the price book")


def run_check(arguments: argparse.Namespace) -> int:
    """Print the findings; status 1 where there are any."""
    import datetime

    from estimator import load_evidence
    from estimator.cli.compare import given_date
    from estimator.evidence.price_book import check_prices

    today = datetime.date.fromisoformat(given_date(arguments.date))
    findings = check_prices(load_evidence(), today)
    if arguments.json:
        print_figures({"findings": findings, "n": len(findings)})
    elif not findings:
        print("no findings")
    else:
        cells = [(f["rule"], f["offer"], f["text"]) for f in findings]
        print_table(("rule", "offer", "finding"), cells)
    return 1 if findings else 0


def run_import(arguments: argparse.Namespace) -> None:
    """Check a CSV of own prices and make it the price book; a bad file changes nothing."""
    from estimator.cli.files import TABLE_LIMIT_BYTES, read_text
    from estimator.evidence.price_book import import_prices

    text = read_text(arguments.file, TABLE_LIMIT_BYTES)
    with naming(arguments.file):
        done = import_prices(text)
    if arguments.json:
        print_figures(done)
    else:
        print(f"{done['rows']} prices imported; the book before is kept as {done['kept_as']}")


def with_price_book(evidence: Evidence, path: str) -> Evidence:
    """The evidence with the price book of a file in place of the shipped one."""
    from estimator.cli.files import TABLE_LIMIT_BYTES, read_text
    from estimator.evidence.price_book import with_prices

    text = read_text(path, TABLE_LIMIT_BYTES)
    with naming(path):
        return with_prices(evidence, text)
