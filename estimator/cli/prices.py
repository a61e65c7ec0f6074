"""``prices list|check|import``: show, check and replace the price book."""

from __future__ import annotations

import argparse
from typing import Any

from estimator.cli.output import BadInput, print_figures, print_table

READ_AS = {
    "gpuhunt": "a catalogue of gpuhunt",
    "skypilot": "a catalogue of SkyPilot",
    "aws": "a cost and usage report of AWS",
    "gcp": "a billing export of Google Cloud",
    "azure": "a cost export of Azure",
}
IMPORT_HELP = (
    "CSV of the template, of gpuhunt or SkyPilot, or a bill of AWS, Google Cloud or Azure; "
    "decimal commas and dates of other places are read"
)


def add(commands: Any) -> None:
    """Declare the commands."""
    p = commands.add_parser("prices", help="the price book: show, check, replace")
    verbs = p.add_subparsers(
        dest="verb", required=True, metavar="list|cheapest|check|import|refresh"
    )
    for name, action, text in (
        ("list", run_list, "every offer"),
        ("cheapest", run_cheapest, "the cheapest whole purchase of a device"),
        ("check", run_check, "findings: zero, out of line, stale; status 1 with findings"),
        ("import", run_import, "use the prices of a CSV: own, of gpuhunt or SkyPilot, or a bill"),
        ("template", run_template, "the CSV to fill in"),
        ("refresh", run_refresh, "token prices of hosted models against the package genai-prices"),
    ):
        verb = verbs.add_parser(name, help=text)
        verb.add_argument("--json", action="store_true", help="one JSON document")
        if name == "import":
            verb.add_argument("file", metavar="FILE", help=IMPORT_HELP)
            verb.add_argument("--date", help="day of a list without dates; default today")
        if name == "list":
            verb.add_argument("--provider", help="one provider only")
            verb.add_argument("--accelerator", help="one accelerator only")
        if name == "cheapest":
            verb.add_argument("device", metavar="DEVICE", help="an accelerator, in any spelling")
            verb.add_argument("--devices", type=int, default=1, help="how many together; default 1")
            verb.add_argument("--provider", default="", help="one provider only")
            verb.add_argument("--region", default="", help="one region only")
            verb.add_argument("--option", default="on_demand", help="how it is bought")
        if name == "refresh":
            verb.add_argument("--write", action="store_true", help="store what has changed")
            verb.add_argument("--date", help="day on which the prices hold; default today")
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


def run_cheapest(arguments: argparse.Namespace) -> None:
    """Print the cheapest offer of a device."""
    from estimator import cheapest_offer, load_evidence
    from estimator.engine.spelling import device_named, provider_named
    from estimator.vocabulary import PurchaseOption

    evidence = load_evidence()
    if arguments.devices < 1:
        raise BadInput(f"prices cheapest: --devices {arguments.devices}: allowed: 1 or more")
    if arguments.option not in set(PurchaseOption):
        allowed = ", ".join(PurchaseOption)
        raise BadInput(f"prices cheapest: --option {arguments.option!r}: allowed: {allowed}")
    device = device_named(arguments.device, evidence, "prices cheapest")
    place = provider_named(arguments.provider, evidence), arguments.region
    found = cheapest_offer(evidence.prices, device, arguments.devices, *place, arguments.option)
    if found is None:
        raise BadInput(f"prices cheapest: {device!r} is not offered there; see `prices list`")
    row, count = found
    usd = row.usd_per_instance_hour * count
    told = {
        "provider": row.provider,
        "region": row.region,
        "instance_type": row.instance_type,
        "instances": count,
        "devices": row.accelerator_count * count,
        "usd_per_hour": usd,
        "usd_per_device_hour": row.usd_per_instance_hour / row.accelerator_count,
        "as_of": row.as_of,
        "source_id": row.source_id,
    }
    if arguments.json:
        print_figures(told)
    else:
        print_table(("what", "value"), [(k.replace("_", " "), str(v)) for k, v in told.items()])


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
    import datetime

    from estimator import load_evidence
    from estimator.cli.compare import given_date
    from estimator.cli.files import TABLE_LIMIT_BYTES, read_text
    from estimator.engine.money.pricebook import to_csv
    from estimator.engine.spelling import read_book
    from estimator.evidence.own_prices import install

    path = arguments.file
    text = read_text(path, TABLE_LIMIT_BYTES)
    today = datetime.date.fromisoformat(given_date(arguments.date)).isoformat()
    book = read_book(text, load_evidence(), today)
    rows, problems = book.rows, book.problems
    if problems:
        more = f" (and {len(problems) - 1} more bad cells)" if len(problems) > 1 else ""
        raise BadInput(f"{path}: {problems[0]}{more}; the price book is unchanged")
    try:
        kept = install(to_csv(rows))
    except OSError as error:
        raise BadInput(f"prices import: the book cannot be written: {error.strerror}") from error
    done = {
        "rows": len(rows),
        "layout": book.layout or "template",
        "left_out": book.left_out,
        "kept_as": kept.name if kept else None,
    }
    if arguments.json:
        print_figures(done)
    else:
        before = f"; the book before is kept as {kept.name}" if kept else ""
        other = f", {book.left_out} lines rent no machine known here" if book.left_out else ""
        read = f" from {READ_AS[book.layout]}" if book.layout else ""
        print(f"{len(rows)} prices imported{read}{other}{before}")


def run_template(_: argparse.Namespace) -> None:
    """Print the CSV that import reads."""
    from estimator.engine.money.pricebook import template_csv

    print(template_csv(), end="")


STATES = ("agrees", "changed", "differs", "absent")


def run_refresh(arguments: argparse.Namespace) -> None:
    """Compare token prices with the data of genai-prices; with --write keep what followed."""
    import datetime

    from estimator.cli.compare import given_date
    from estimator.evidence.files import write_rows
    from estimator.evidence.load import Evidence
    from estimator.evidence.schema import TABLES
    from estimator.lab.money.token_prices import compared, listed_prices, refreshed_rows

    listed, version = listed_prices(datetime.date.fromisoformat(given_date(arguments.date)))
    found = compared(Evidence().records("api"), listed)
    if arguments.write:
        write_rows(TABLES["api_refreshed"].path, refreshed_rows(found))
    counts = {
        s: sum(f.state == s for f in found) for s in ("agrees", "changed", "differs", "absent")
    }
    shown = [
        {"row": f.row_id, "model": f.model, "state": f.state, "ours": f.ours,
         "listed": f.listed.usd if f.listed else None, "since": f.listed.since if f.listed else ""}
        for f in found if f.state in ("changed", "differs")
    ]  # fmt: skip
    if arguments.json:
        print_figures({"version": version, **counts, "rows": shown})
        return
    print(f"genai-prices {version}: " + ", ".join(f"{n} {state}" for state, n in counts.items()))
    if shown:
        heads = list(shown[0])
        print_table(heads, [[_prices(r[h]) for h in heads] for r in shown])


def _prices(value: object) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return " / ".join("–" if x is None else f"{x:g}" for x in value)
