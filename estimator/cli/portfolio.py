"""``portfolio``: which of several projects to take on one budget and one team."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from estimator.cli import own
from estimator.cli.compare import evidence_for, given_date
from estimator.cli.files import load_json, load_scenario
from estimator.cli.output import BadInput, naming, print_json, print_table, progress, write_file
from estimator.cli.scenarios import distinct
from estimator.words.texts import languages, say

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.engine.portfolio.whole import Wanted


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("portfolio", help="the best set of projects on one budget and team")
    p.add_argument("files", metavar="FILE", nargs="*", help="scenario files, at most fifty")
    p.add_argument("--stored", action="store_true", help="the kept projects of the store too")
    p.add_argument("--who", default="", metavar="NAME", help="in whose name the store is read")
    own.add(p)
    p.add_argument("--budget", type=float, metavar="USD", help="money before they are live")
    p.add_argument("--person-weeks", type=float, metavar="N", help="work of the team in all")
    p.add_argument("--team", type=float, metavar="N", help="people at a time, for the calendar")
    p.add_argument("--replay", metavar="F", help="compute a portfolio's JSON again and compare")
    p.add_argument("--seed", type=int, default=0, metavar="N", help="of wages and prices")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.add_argument("--pdf", metavar="F", help="write a PDF")
    p.add_argument("--xlsx", metavar="F", help="write a workbook")
    p.add_argument("--date", metavar="DATE", help="date printed in the files; default today")
    p.add_argument("--language", default="en", choices=languages())
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int | None:
    """Run the command."""
    from estimator.engine.portfolio.whole import MOST, Wanted
    from estimator.words.format import Style

    when = given_date(arguments.date)
    if arguments.replay:
        return _replay(arguments.replay)
    files = arguments.files
    if not 0 <= arguments.seed < 2**32:
        raise BadInput(f"--seed: {arguments.seed} is not allowed; allowed: 0 to {2**32 - 1}")
    wanted = Wanted(arguments.budget, arguments.person_weeks, arguments.team, arguments.seed)
    every = [load_scenario(f) for f in files]
    if arguments.stored:
        kept = _stored(arguments)
        every, files = [*every, *kept.values()], [*files, *kept]
    if not 1 <= len(files) <= MOST:
        raise BadInput(f"portfolio: {len(files)} projects are not allowed; allowed: 1 to {MOST}")
    every = own.owned(every, arguments)
    names = distinct([i.name for i in every], files)
    found = _made(list(zip(names, every, strict=True)), files, wanted)
    found["projects"] = [{**p, "file": f} for p, f in zip(found["projects"], files, strict=True)]
    finance = every[0].finance
    style = Style(arguments.language)
    if all(i.finance.currency == finance.currency for i in every) and finance.usd_rate:
        style = Style(arguments.language, finance.currency, finance.usd_rate)
    if arguments.pdf or arguments.xlsx:
        from estimator.report.portfolio_files import portfolio_pdf, portfolio_xlsx

        if arguments.pdf:
            write_file(arguments.pdf, portfolio_pdf(found, style, when))
        if arguments.xlsx:
            write_file(arguments.xlsx, portfolio_xlsx(found, when))
    if arguments.json:
        print_json(found)
    else:
        show(found, style)
    return None


def _made(
    named: list[tuple[str, ProjectInputs]], files: list[str], wanted: Wanted
) -> dict[str, Any]:
    """The JSON of a portfolio, each project with the price book that its file names."""
    from estimator.engine.portfolio.told import portfolio_dict
    from estimator.engine.portfolio.whole import make_portfolio

    books = [evidence_for(i, "-" if f.startswith("store:") else f)
             for (_, i), f in zip(named, files, strict=True)]  # fmt: skip

    def told(done: int, total: int) -> None:
        progress(done / total, f"{done} of {total} projects")

    with naming("portfolio"):
        return portfolio_dict(make_portfolio(named, books[0], wanted, told, books))


def _replay(path: str) -> int:
    """Compute a portfolio's JSON again; 0 where every figure is the same."""
    from estimator.engine.inputs import ProjectInputs
    from estimator.engine.portfolio.whole import Wanted

    then = load_json(path)
    try:
        rows = then["projects"]
        named = [(str(p["name"]), ProjectInputs.from_dict(p["inputs"])) for p in rows]
        files = [str(p.get("file") or path) for p in rows]
        budget, weeks, team = (then[k] for k in ("budget_usd", "person_weeks", "team"))
        wanted = Wanted(budget, weeks, team, int(then["seed"]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{path}: is not the JSON of a portfolio: {error}") from None
    now = _made(named, files, wanted)
    before = {**then, "projects": [{k: p[k] for k in p if k != "file"} for p in rows]}
    moved = sorted(k for k in now if now[k] != before.get(k))
    if not moved:
        print(f"{path}: every figure is the same; data {now['data_version']}")
        return 0
    for version in ("data_version", "code_version"):
        if before.get(version) != now[version]:
            print(f"{version}: {before.get(version)} then, {now[version]} now")
    print(f"{path}: not the same: {', '.join(moved)}")
    return 1


def _stored(arguments: argparse.Namespace) -> dict[str, ProjectInputs]:
    """The projects of the store that this name may open, by what they are known by there."""
    from estimator.cli.store import connected
    from estimator.engine.inputs import ProjectInputs
    from estimator.store import scenarios
    from estimator.store.packing import clean
    from estimator.store.people import Actor
    from estimator.store.tables import NAME

    database, actor = connected(), Actor(clean(arguments.who, NAME))
    return {
        f"store:{kept.id}": ProjectInputs.from_dict(
            dict(scenarios.opened(database, actor, kept.id, trace=False).inputs)
        )
        for kept in scenarios.listed(database, actor)
    }


def show(found: dict[str, Any], style: Any) -> None:
    """The set, what more would buy, the calendar, the cash and the risk."""
    from estimator.report import portfolio as words

    lang = style.language
    print(words.headline(found, style))
    for line in words.notes(found, style):
        print(line)
    print()
    heads, rows = words.projects_table(found, style)
    print_table(heads, rows)
    for title, lines in (
        ("more_title", words.more(found, style)),
        ("shared_title", words.shared(found, style)),
        ("risk_title", words.risk(found, style)),
    ):
        if lines:
            print(f"\n{say(f'portfolio.{title}', lang)}")
            for line in lines:
                print(line)
    for title, table in (
        ("calendar", words.calendar_table(found, style)),
        ("cash", words.cash_table(found, style)),
    ):
        print(f"\n{say(f'portfolio.{title}', lang)}")
        print_table(*table)
    print(f"\n{words.origin(found, style)}")
