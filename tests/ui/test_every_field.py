"""Every field of a scenario can be changed on the page."""

from __future__ import annotations

import dataclasses

from estimator.engine.inputs import GROUPS, ProjectInputs
from tests.conftest import ROOT

WHOLE = {"own_factors", "own_hardware", "models", "options", "pilot"}
"""Groups and lists that one widget of their own fills in."""
NOT_ASKED = {"schema"}
"""Set by the code that reads and writes."""


def test_every_field_has_its_place_on_the_page() -> None:
    pages = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "estimator" / "ui").rglob("*.py")
    )
    paths = {f.name for f in dataclasses.fields(ProjectInputs)} - {*GROUPS} - NOT_ASKED | WHOLE
    paths |= {
        f"{group}.{field.name}"
        for group in {*GROUPS} - WHOLE
        for field in dataclasses.fields(GROUPS[group])
    }
    assert sorted(path for path in paths if f'"{path}"' not in pages) == []
