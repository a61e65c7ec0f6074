"""``sweep``: many scenarios to Parquet, from a base and what varies; a restart goes on."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimator.cli.files import SCENARIO_LIMIT_BYTES, load_scenario, read_text
from estimator.cli.output import BadInput, naming, one_line, print_json, progress, write_file

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs
    from estimator.sweep.run import Count
    from estimator.sweep.spec import Grid, Header, Listed

LIST_LIMIT_BYTES = 2_000_000_000
MANIFEST, LIST, WHOLE = "sweep.json", "list.csv", "scenarios.jsonl"
SHAPE = "{base: FILE, grid: {field: [values]}}, {base: FILE, list: FILE.csv} or {folder: DIR}"
KNOWN = frozenset({"base", "grid", "list", "folder", "scenarios", "draws", "seed", "plans"})
TOLD = frozenset(
    {"schema", "data_version", "code_version", "n_scenarios", "part_size", "list_sha256"}
)
"""What a manifest says beside its spec; a sweep is repeated from its manifest."""


def add(commands: Any) -> None:
    """Declare the command."""
    p = commands.add_parser("sweep", help="many scenarios to Parquet; a restart goes on")
    p.add_argument("spec", metavar="SPEC", help=f"YAML or JSON: {SHAPE}")
    p.add_argument("--out", metavar="DIR", required=True, help="folder of the parts")
    p.add_argument("--workers", type=int, metavar="N", help="processes; default: all cores")
    p.add_argument("--part", metavar="K/N", default="1/1", help="every N-th part from the K-th")
    p.add_argument("--engine", choices=("local", "dask"), default="local")
    p.add_argument("--scheduler", metavar="ADDRESS", help="of a running Dask scheduler")
    p.add_argument("--draws", type=int, metavar="N", help="draws of every scenario")
    p.add_argument("--seed", type=int, metavar="N", help="seed of every scenario")
    p.add_argument("--no-plans", action="store_true", help="rows without the staged plan: faster")
    p.add_argument("--json", action="store_true", help="one JSON document on standard output")
    p.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command."""
    from estimator.sweep.part import StaleDataError
    from estimator.sweep.run import StoppedError, SweepError, run_dask, run_local
    from estimator.sweep.spec import tasks

    part = _part(arguments.part)
    workers = arguments.workers or len(os.sched_getaffinity(0))
    if not 1 <= workers <= 1024:
        raise BadInput(f"--workers: {workers} is not allowed; allowed: 1 to 1024")
    if arguments.engine == "dask" and not arguments.scheduler:
        raise BadInput("--engine dask needs --scheduler ADDRESS")
    header, source, kept = read(arguments)
    folder = Path(arguments.out)
    manifest = _begin(folder, header, source, kept)
    work = tasks(header, source, str(folder.resolve()), part)
    total = _share(len(source), header, part)

    def told(count: Count) -> None:
        progress(count.share, count.told())

    try:
        if arguments.engine == "dask":
            count = run_dask(work, total, arguments.scheduler, told)
        else:
            count = run_local(work, total, workers, told)
    except (StoppedError, StaleDataError) as error:
        print(one_line(f"{folder}: {error}"), file=sys.stderr)
        return 1
    except SweepError as error:
        raise BadInput(f"{folder}: {error}") from None
    done = {
        "folder": str(folder), "scenarios": count.done + count.skipped, "skipped": count.skipped,
        "problems": count.problems, "seconds": round(count.seconds, 1),
        "data_version": header.data_version, "code_version": header.code_version,
        "draws": manifest["draws"], "seed": manifest["seed"], "plans": header.plans,
    }  # fmt: skip
    if arguments.json:
        print_json(done)
        return 0
    print(
        f"{folder}: {done['scenarios']:,} scenarios ({count.skipped:,} were there), "
        f"{count.problems:,} with a problem; {count.rate:,.0f} a second"
    )
    print(f"data {header.data_version}, code {header.code_version}, seed {manifest['seed']}")
    return 0


def _part(text: str) -> tuple[int, int]:
    try:
        k, n = (int(x) for x in text.split("/"))
        if 1 <= k <= n:
            return k, n
    except ValueError:
        pass
    raise BadInput(f"--part: {text!r} is not allowed; allowed: K/N, for example 3/8")


def _share(total: int, header: Header, part: tuple[int, int]) -> int:
    """Scenarios of this share of the parts."""
    from estimator.sweep.spec import part_size

    size, (mine, of) = part_size(header.plans), part
    starts = range((mine - 1) * size, total, of * size)
    return sum(min(size, total - start) for start in starts)


def read(arguments: argparse.Namespace) -> tuple[Header, Grid | Listed, dict[str, Any]]:
    """Header and scenarios of a spec, and what its manifest keeps of where they come from."""
    from estimator.cli.compare import evidence_for
    from estimator.reading import parse
    from estimator.sweep.spec import Header, check_source, kinds_of
    from estimator.version import __version__

    path = arguments.spec
    with naming(path):
        spec = parse(read_text(path, SCENARIO_LIMIT_BYTES))
    if not isinstance(spec, Mapping):
        raise BadInput(f"{path}: is no mapping; allowed: {SHAPE}")
    if unknown := spec.keys() - KNOWN - TOLD:
        raise BadInput(f"{path}: {sorted(unknown)[0]} is not known; allowed: {SHAPE}")
    if sum(k in spec for k in ("grid", "list", "folder", "scenarios")) != 1:
        raise BadInput(f"{path}: says not exactly one of grid, list, folder; allowed: {SHAPE}")
    here = Path(path).parent
    fixed = {k: spec.get(k) for k in ("draws", "seed")}
    fixed |= {k: v for k in fixed if (v := getattr(arguments, k)) is not None}
    fixed = {k: v for k, v in fixed.items() if v is not None}
    base, source, kept = _source(path, spec, here, fixed)
    evidence = evidence_for(base, str(here / "base"))
    prices = str((here / base.prices).resolve()) if base.prices else None
    plans = spec.get("plans", True)
    if not isinstance(plans, bool):
        raise BadInput(f"{path}: plans: {plans!r} is not allowed; allowed: true or false")
    header = Header(
        base=base.to_dict(),
        paths=source.paths,
        kinds=kinds_of(source),
        data_version=evidence.data_version,
        code_version=__version__,
        plans=plans and not arguments.no_plans,
        prices=prices,
    )
    with naming(path):
        check_source(header.base, source)
    return header, source, kept


def _source(
    path: str, spec: Mapping[str, Any], here: Path, fixed: Mapping[str, Any]
) -> tuple[ProjectInputs, Grid | Listed, dict[str, Any]]:
    from estimator.sweep.spec import Grid, whole_scenarios

    if "folder" in spec or "scenarios" in spec:
        scenarios = _whole(path, spec, here, fixed)
        return scenarios[0], whole_scenarios([s.to_dict() for s in scenarios]), {
            "whole": [s.canonical_json() for s in scenarios]
        }  # fmt: skip
    base = _base(path, spec.get("base"), here, fixed)
    if "list" in spec:
        table = str(here / str(spec["list"]))
        return base, _listed(table, base), {"list": table}
    grid = spec["grid"]
    if not isinstance(grid, Mapping) or not grid:
        raise BadInput(f"{path}: grid holds no field; allowed: {{field: [values]}}")
    for name, values in grid.items():
        if not isinstance(values, list) or not values:
            raise BadInput(f"{path}: grid.{name}: {values!r} is not allowed; allowed: a list")
    kept = {"grid": dict(grid)}
    return base, Grid(tuple(map(str, grid)), tuple(map(tuple, grid.values()))), kept


def _base(path: str, base: Any, here: Path, fixed: Mapping[str, Any]) -> ProjectInputs:
    """The base scenario, written in the spec or in a file beside it."""
    from estimator.engine.inputs import ProjectInputs

    if isinstance(base, Mapping):
        with naming(path):
            return ProjectInputs.from_dict({**base, **fixed})
    if not isinstance(base, str):
        raise BadInput(f"{path}: base: {base!r} is not allowed; allowed: a scenario file")
    inputs = load_scenario(str(here / base))
    with naming(path):
        return ProjectInputs.from_dict({**inputs.to_dict(), **fixed})


def _whole(
    path: str, spec: Mapping[str, Any], here: Path, fixed: Mapping[str, Any]
) -> list[ProjectInputs]:
    """Scenarios of a folder, in the order of their names, or of the lines of a file."""
    from estimator.engine.inputs import ProjectInputs
    from estimator.reading import parse_json

    if "scenarios" in spec:
        file = str(here / str(spec["scenarios"]))
        with naming(file):
            lines = read_text(file, LIST_LIMIT_BYTES).splitlines()
            found = [ProjectInputs.from_dict(parse_json(x)) for x in lines]
    else:
        folder = here / str(spec["folder"])
        files = sorted(f for f in folder.glob("*") if f.suffix in (".yaml", ".yml", ".json"))
        found = [load_scenario(str(f)) for f in files]
    if not found:
        raise BadInput(f"{path}: no scenario there; allowed: files ending in .yaml or .json")
    if len({s.prices for s in found}) > 1:
        raise BadInput(f"{path}: prices differ; allowed: one price book for a sweep")
    with naming(path):
        return [ProjectInputs.from_dict({**s.to_dict(), **fixed}) for s in found]


def _listed(table: str, base: ProjectInputs) -> Listed:
    """Scenarios of a CSV table: columns are dotted paths, a blank cell leaves the base."""
    import csv
    import io

    from estimator.reading import parse
    from estimator.sweep.spec import in_order

    rows = csv.reader(io.StringIO(read_text(table, LIST_LIMIT_BYTES)))
    paths = [p.strip() for p in next(rows, [])]
    if not paths or len(set(paths)) < len(paths) or "" in paths:
        raise BadInput(f"{table}: line 1: allowed: the dotted paths of fields, each once")
    usual: list[Any] = []
    for path in paths:
        try:
            usual.append(base.get(path))
        except (KeyError, TypeError):
            usual.append(None)
    known: dict[str, Any] = {}
    values = []
    for number, cells in enumerate(rows, start=2):
        if not cells:
            continue
        if len(cells) != len(paths):
            raise BadInput(f"{table}: line {number}: {len(cells)} cells; allowed: {len(paths)}")
        for cell in cells:
            if cell not in known:
                with naming(f"{table}, line {number}"):
                    known[cell] = parse(cell)
        pairs = zip(cells, usual, strict=True)
        values.append(tuple(known[c] if c.strip() else u for c, u in pairs))
    return in_order(paths, values)


def _begin(
    folder: Path, header: Header, source: Grid | Listed, kept: Mapping[str, Any]
) -> dict[str, Any]:
    """Write the manifest; refuse a folder that holds another sweep."""
    from estimator.sweep.spec import part_size

    manifest: dict[str, Any] = {
        "schema": 1,
        "data_version": header.data_version,
        "code_version": header.code_version,
        "seed": header.base["seed"],
        "draws": header.base["draws"],
        "plans": header.plans,
        "n_scenarios": len(source),
        "part_size": part_size(header.plans),
    }
    lines: str | None = None
    if "grid" in kept:
        manifest |= {"base": header.base, "grid": kept["grid"]}
    elif "list" in kept:
        digest = hashlib.sha256(Path(kept["list"]).read_bytes()).hexdigest()
        manifest |= {"base": header.base, "list": LIST, "list_sha256": digest}
    else:
        manifest["scenarios"] = WHOLE
        lines = "\n".join(kept["whole"]) + "\n"
    file = folder / MANIFEST
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if file.exists():
            there = json.loads(read_text(str(file), SCENARIO_LIMIT_BYTES))
            same = there == json.loads(json.dumps(manifest))
            if same and lines is not None:
                same = read_text(str(folder / WHOLE), LIST_LIMIT_BYTES) == lines
            if not same:
                raise BadInput(f"{folder}: holds another sweep; allowed: a new folder")
            return manifest
        if "list" in kept and Path(kept["list"]).resolve() != (folder / LIST).resolve():
            shutil.copyfile(kept["list"], folder / LIST)
    except (OSError, ValueError) as error:
        raise BadInput(f"{folder}: cannot be written: {error}") from None
    if lines is not None:
        write_file(str(folder / WHOLE), lines)
    write_file(str(file), json.dumps(manifest, indent=2) + "\n")
    return manifest
