"""``prices list|check|import``: show, check and replace the price book."""

from __future__ import annotations

import argparse
from typing import Any

from estimator.cli.output import BadInput, print_figures, print_table


def add(commands: Any) -> None:
    """Declare the commands."""
    p = commands.add_parser("prices", help="the price book: show, check, replace")
    verbs = p.add_subparsers(dest="verb", required=True, metavar="list|check|import")
    for name, action, text in (
        ("list", run_list, "every offer"),
        ("check", run_check, "findings: zero, out of line, stale; status 1 with findings"),
        ("import", run_import, "use the prices of a CSV of your own"),
        ("template", run_template, "the CSV to fill in"),
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
    from estimator.engine.money.pricebook import select

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
        for p in select(
            load_evidence().prices,
            provider=arguments.provider,
            accelerator=arguments.accelerator,
        )
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
    from estimator.engine.money.price_check import check_prices
    from estimator.words.statement import with_statements

    today = datetime.date.fromisoformat(given_date(arguments.date))
    rows = load_evidence().prices
    findings = [with_statements(vars(f)) for f in check_prices(rows, today)]
    if arguments.json:
        print_figures({"findings": findings, "n": len(findings)})
    elif not findings:
        print("no findings")
    else:
        heads = [name for name in findings[0] if name not in ("key", "values")]
        cells = [[f[h] for h in heads] for f in findings]
        print_table([h.replace("_", " ") for h in heads], cells)
    return 1 if findings else 0


def run_import(arguments: argparse.Namespace) -> None:
    """Check a CSV of own prices and use it from now on; a bad file changes nothing."""
    from estimator import load_evidence
    from estimator.cli.files import TABLE_LIMIT_BYTES, read_text
    from estimator.engine.money.pricebook import to_csv
    from estimator.engine.spelling import own_book
    from estimator.evidence.own_prices import install

    path = arguments.file
    text = read_text(path, TABLE_LIMIT_BYTES)
    rows, problems = own_book(text, load_evidence())
    if problems:
        more = f" (and {len(problems) - 1} more bad cells)" if len(problems) > 1 else ""
        raise BadInput(f"{path}: {problems[0]}{more}; the price book is unchanged")
    try:
        kept = install(to_csv(rows))
    except OSError as error:
        raise BadInput(f"prices import: the book cannot be written: {error.strerror}") from error
    done = {"rows": len(rows), "kept_as": kept.name if kept else None}
    if arguments.json:
        print_figures(done)
    else:
        before = f"; the book before is kept as {kept.name}" if kept else ""
        print(f"{len(rows)} prices imported{before}")


def run_template(_: argparse.Namespace) -> None:
    """Print the CSV that import reads."""
    from estimator.engine.money.pricebook import template_csv

    print(template_csv(), end="")
