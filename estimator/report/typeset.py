"""Templates of ours set as PDF, tagged where that can be; signs that no font has are spelled."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import matplotlib
import typst
from matplotlib import ft2font

from estimator.report.plots import FONTS
from estimator.words.texts import say

STANDARDS: tuple[Literal["ua-1"] | None, ...] = ("ua-1", None)
"""Accessible PDF first; a plain one says that it is one."""
DRAWN = "svg"
"""Pictures bring their own outlines."""
SPOKEN = ("HANGUL SYLLABLE ", "HIRAGANA LETTER ", "KATAKANA LETTER ")
"""Scripts whose signs are named by their sound."""


def set_pages(source: bytes, data: Mapping[str, Any], foot: str) -> bytes:
    """A template set with values; what had to be changed for it is said at the foot of each page.

    Parameters
    ----------
    source : bytes
        The template.
    data : mapping
        What it prints; ``lang`` is the language.
    foot : str
        Which value stands at the foot.
    """
    plain = spelled(data)
    lang = data["lang"]
    notes = [str(plain[foot]), *([say("pdf.signs", lang)] if texts(plain) != texts(data) else [])]
    error: Exception | None = None
    for standard in STANDARDS:
        said = notes if standard else [*notes, say("pdf.untagged", lang)]
        document = json.dumps({**plain, foot: "  ·  ".join(said)}, allow_nan=False)
        try:
            out = typst.compile(
                source,
                font_paths=fonts(),
                sys_inputs={"data": document},
                format="pdf",
                pdf_standards=standard,
            )
        except typst.TypstError as failed:
            error = failed
        else:
            return out
    raise RuntimeError(f"the report cannot be set: {error}")


def spelled(value: Any, key: str = "") -> Any:
    """Values as they are, texts in signs that the fonts have."""
    if isinstance(value, str):
        return value if key == DRAWN or value.isascii() else _spelled(value)
    if isinstance(value, Mapping):
        return {k: spelled(v, str(k)) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [spelled(v) for v in value]
    return value


def texts(data: Mapping[str, Any]) -> str:
    """Values as one text, to tell whether anything was changed."""
    return json.dumps(data, allow_nan=False)


def _spelled(text: str) -> str:
    known, out = covered(), ""
    for sign in text:
        if ord(sign) in known or sign.isspace():
            out += sign
        elif word := spelling(sign):
            out += f"{'' if not out or out[-1].isspace() else ' '}{word} "
    return text if out == text else re.sub(r" {2,}", " ", out).strip()


def spelling(sign: str) -> str:
    """A sign that no font has, written out: by its sound, its name or its number."""
    if unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return ""
    name = unicodedata.name(sign, "")
    if name.startswith(SPOKEN):
        return name.rpartition(" ")[2].lower()
    if not name or "IDEOGRAPH" in name:
        return f"U+{ord(sign):04X}"
    return f"({name.lower()})"


def folders() -> tuple[str, str]:
    """The fonts of the package and, for signs that they lack, those of matplotlib; no others."""
    return str(FONTS), str(Path(matplotlib.get_data_path()) / "fonts" / "ttf")


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """The fonts as Typst takes them."""
    return typst.Fonts(include_system_fonts=False, font_paths=list(folders()))


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """Signs that a regular font of ours draws; boxes of a last resort do not count."""
    own, more = folders()
    files = (Path(own) / "EstimatorSans-Regular.ttf", Path(more) / "DejaVuSans.ttf")
    return frozenset(code for file in files for code in ft2font.FT2Font(str(file)).get_charmap())
