"""The list of licences counts the sources as they are."""

from __future__ import annotations

import csv
import re
from collections import Counter

from tests.conftest import ROOT

DATA = ROOT / "data"


def test_every_licence_is_listed_with_the_number_of_its_sources() -> None:
    with (DATA / "sources.csv").open(newline="", encoding="utf-8") as file:
        counted = Counter(row["licence"] for row in csv.DictReader(file))
    text = (DATA / "LICENSES.md").read_text(encoding="utf-8")
    listed = {m[1]: int(m[2]) for m in re.finditer(r"^\| ([^|]+?) \| (\d+) \|", text, re.MULTILINE)}
    assert "" not in counted
    assert listed == dict(counted)
