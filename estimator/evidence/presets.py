"""The shipped scenario files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estimator.errors import EvidenceError
from estimator.evidence.files import DATA
from estimator.reading import parse

FIRST = "support_tickets"
"""The example of the README stands first."""
GALLERY = "gallery.yaml"


def preset_scenarios(root: Path = DATA) -> Mapping[str, dict[str, Any]]:
    """Every preset as parsed by id, in the order in which they are offered.

    One example of each outcome leads, the others follow by name.
    """
    files = sorted((root / "presets").glob("*.yaml"), key=lambda p: (p.stem != FIRST, p.stem))
    if not files:
        raise EvidenceError("data/presets holds no scenario file")
    outcomes = preset_outcomes(root)
    ends = [outcomes.get(path.stem, "") for path in files]
    order = sorted(range(len(files)), key=lambda i: (ends[i] in ("", *ends[:i]), i))
    ranked = [files[i] for i in order]
    return {path.stem: parse(path.read_text(encoding="utf-8")) for path in ranked}


def preset_outcomes(root: Path = DATA) -> Mapping[str, str]:
    """How each preset comes out, by id, as it was at the release; a test computes it again."""
    path = root / GALLERY
    return parse(path.read_text(encoding="utf-8")) if path.exists() else {}
