"""Write what is delivered besides our own code: `sbom.cdx.json` (CycloneDX) and `THIRD_PARTY.md`.

    .venv/bin/python deploy/inventory.py

Run in an environment installed from the locks beside it (`requirements*.lock`); the
tests check that both files name exactly their packages. Trained weights come with one optional
package only (`WEIGHTS`); the fits under `data/` are ours.
"""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
WORDS = {
    "Apache Software License": "Apache-2.0", "BSD License": "BSD-3-Clause", "MIT License": "MIT",
    "ISC License (ISCL)": "ISC", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0", "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0", "MIT-CMU": "MIT-CMU", "Dual License": "BSD-3-Clause OR Apache-2.0",
}  # fmt: skip

WEIGHTS = {
    "wordllama": {
        "file": "wordllama/weights/l2_supercat_256.safetensors",
        "sha256": "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
        "licence": "MIT",
        "origin": "trained from the token tables of Llama 2 70B (Llama 2 Community License) and "
        "Phi-3 medium (MIT); the maker gives the result under MIT",
    },
}
"""Packages that hold trained weights: the file, its hash, its licence, what it was made from."""


def locked(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Package -> version and hashes, as pinned in a lock."""
    text = (HERE / lock).read_text(encoding="utf-8")
    starts = list(PIN.finditer(text))
    ends = [m.start() for m in starts[1:]] + [len(text)]
    return {
        m[1].lower(): (m[2], HASH.findall(text[m.start() : end]))
        for m, end in zip(starts, ends, strict=True)
    }


def licence(about: Any) -> str:
    """The licence of an installed package as a short expression."""
    stated = about.get("License-Expression") or ""
    if stated:
        return str(stated)
    classes = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or []
               if c.startswith("License :: ")]  # fmt: skip
    words = [WORDS.get(c, c) for c in classes if c != "OSI Approved"]
    if words:
        return " AND ".join(dict.fromkeys(words))
    first = str(about.get("License") or "").strip().splitlines()
    return WORDS.get(first[0], first[0]) if first else "unknown"


def properties(weights: dict[str, str]) -> list[dict[str, str]]:
    """What is known of the weights in a package, as CycloneDX keeps it."""
    return [{"name": f"weights:{name}", "value": value} for name, value in weights.items()]


def weights_told() -> list[str]:
    """The paragraph on trained weights."""
    lines = ["", "## Trained weights", "None is delivered with what is always installed."]
    for name, weights in WEIGHTS.items():
        lines.append(
            f"Optional `{name}` holds `{weights['file']}` (SHA-256 `{weights['sha256']}`): "
            f"{weights['licence']}; {weights['origin']}. Whether the terms of Llama 2 reach it is "
            "not settled: have it looked at before you hand it on."
        )
    return lines


def main() -> None:
    """Write both files."""
    parts, lines = [], []
    always = locked("requirements.lock")
    optional = {**locked("requirements-psycopg.lock"), **locked("requirements-optional.lock")}
    for name, (version, hashes) in sorted({**optional, **always}.items()):
        found = metadata.metadata(name)
        if found["Version"] != version:
            raise SystemExit(f"{name}: {found['Version']} is installed, {version} is locked")
        terms = licence(found)
        weights = WEIGHTS.get(name)
        parts.append(
            {
                "type": "library",
                "name": name,
                "version": version,
                "scope": "required" if name in always else "optional",
                "purl": f"pkg:pypi/{name}@{version}",
                "bom-ref": f"pkg:pypi/{name}@{version}",
                "licenses": [{"license": {"name": terms}}],
                "hashes": [{"alg": "SHA-256", "content": h} for h in hashes],
            }
            | ({"properties": properties(weights)} if weights else {})
        )
        needed = "" if name in always else "optional"
        lines.append(f"| {name} | {version} | {terms} | {needed} |")
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": parts}
    (HERE / "sbom.cdx.json").write_text(json.dumps(bom, indent=1) + "\n", encoding="utf-8")
    head = [
        "# Third-party packages",
        "Everything that `requirements.lock` and, for store, sign-on, metrics and frozen features,",
        "`requirements-optional.lock` install, with its licence; the texts come with the packages.",
        "psycopg (LGPL-3.0) comes only with `requirements-psycopg.lock`: an extra that",
        "nothing else needs, used as it is published, in no image.",
        "",
        "| package | version | licence | |",
        "|---|---|---|---|",
    ]
    text = "\n".join([*head, *lines, *weights_told()]) + "\n"
    (HERE / "THIRD_PARTY.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
