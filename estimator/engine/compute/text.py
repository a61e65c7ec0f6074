"""Numbers in the free text of a run: sequence length, resolution, batch, steps, gigabytes."""

from __future__ import annotations

import math
import re

_UNIT = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}


def number(value: object) -> float | None:
    """A positive finite float, or None for blanks and anything else."""
    if value is None or isinstance(value, bool):
        return None
    try:
        x = float(str(value).replace(",", "").strip() or "nan")
    except ValueError:
        return None
    return x if math.isfinite(x) and x > 0 else None


def words(value: object) -> str:
    """Text of a cell; blank for missing values."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = str(value)
    return "" if text.lower() in ("nan", "none", "<na>") else text


def _first(patterns: tuple[str, ...], text: str) -> float | None:
    for pattern in patterns:
        m = re.search(pattern, text, re.IGNORECASE)
        if m:
            return number(m.group(1))
    return None


_SEQ = (
    r"seq(?:uence)?(?:[ _-]?len(?:gth)?)?s?[ :=_-]*(\d[\d,]*)\b",
    r"max(?:imum)?[ _]?(?:seq[a-z_ ]*|length)[ :=_]*(\d[\d,]*)\b",
    r"context(?: length| size)?[ :=]*(\d[\d,]*)\b",
    r"block[ _]?size[ :=]*(\d[\d,]*)\b",
    r"(\d[\d,]*)[ -]tokens? (?:context|window|\(padded\))",
    r"packed (?:to )?(\d[\d,]*)\b",
    r"^\D{0,24}?(\d[\d,]*) (?:tokens|characters)\b",
    r"\((\d+) tokens\)",
    r"(?:^|[,;] )(\d{2,6}) tokens\b(?!/)",
    r"(\d{2,5}) (?:residues|amino acids)\b",
)


def sequence_length(text: str) -> float | None:
    """Tokens per example named in the text."""
    m = re.search(r"seq[a-z_ ]*?(\d+)k\b", text, re.IGNORECASE)
    if m:
        return float(m.group(1)) * 1024
    found = _first(_SEQ, text)
    return found if found and 4 <= found <= 2e6 else None


def resolution(text: str) -> float | None:
    """Image side in pixels named in the text (square root of the area where sides differ)."""
    stages = re.findall(r"([\d,]{5,}) (?:images )?at (\d{3,4})\b", text)
    if len(stages) > 1:
        shares = [(number(n) or 0.0, float(side)) for n, side in stages]
        return math.sqrt(sum(n * s * s for n, s in shares) / sum(n for n, _ in shares))
    m = re.search(r"\b(\d{2,4}) ?[x×] ?(\d{2,4})\b(?! ?[x×] ?\d)", text)
    if m:
        return math.sqrt(float(m.group(1)) * float(m.group(2)))
    video = re.search(r"\b(480|540|720|1080)p\b", text)
    if video:
        return float(video.group(1)) * math.sqrt(16 / 9)
    found = _first(
        (
            r"\b(\d{2,4}) ?(?:px|pixels)\b",
            r"\bresolution[ :=]*(\d{2,4})\b",
            r"@ ?(\d{3})\b",
            r"\bat (\d{3})\b",
            r"[_-](224|256|288|320|384|448|512|1024)\b",
            r"^(\d{3}) \+",
        ),
        text,
    )
    return found if found and 16 <= found <= 4096 else None


def frames(text: str) -> float | None:
    """Frames of one clip named in the text."""
    return _first((r"(\d{1,3})[ -]frames?\b", r"num_frames[ :=]*(\d{1,3})\b"), text)


def optimiser_steps(text: str) -> float | None:
    """Optimiser steps named in the text: 400k updates, 1M steps, 194k/515k steps (their sum)."""
    listed = re.findall(r"(\d[\d./kKmM]*[kKmM]) steps", text)
    if len(listed) > 1 or any("/" in part for part in listed):
        parts = [p for item in listed for p in item.split("/")]
        return sum(
            float(p[:-1]) * _UNIT[p[-1].lower()]
            for p in parts
            if re.fullmatch(r"\d+(\.\d+)?[kKmM]", p)
        )
    m = re.search(
        r"(\d[\d,.]*) ?([kKmM])? (?:training |optimi[sz]er )?(?:steps|updates|iterations|iters)\b",
        text,
    )
    if not m:
        return None
    base = number(m.group(1))
    return base * _UNIT[m.group(2).lower()] if base and m.group(2) else base


def billions(text: str) -> float | None:
    """Parameters in a model name: 7B, 1.3b, 350M, 8x7B (total)."""
    m = re.search(r"(?<![\w.])(\d+)x(\d+(?:\.\d+)?) ?([bB])\b", text)
    if m:
        return float(m.group(1)) * float(m.group(2)) * 1e9 * 0.83
    m = re.search(r"(?<![\w.])(\d+)(?:b|_)(\d)b?(?!\w)", text, re.IGNORECASE)
    if m:
        return float(f"{m.group(1)}.{m.group(2)}") * 1e9
    m = re.search(r"(?<![\w.])(\d+(?:\.\d+)?) ?-?([bBmM])(?:illion)?(?![a-zA-Z0-9])", text)
    if not m:
        m = re.search(r"[-_ ](\d+(?:\.\d+)?)([bBmM])(?![a-zA-Z0-9])", text)
    if not m:
        return None
    return float(m.group(1)) * _UNIT[m.group(2).lower()]


def tokens_named(text: str) -> float | None:
    """Tokens seen, named as 48.1B tokens or 3T tokens."""
    m = re.search(r"(\d+(?:\.\d+)?) ?([kKmMbBtT])(?:illion)? tokens", text)
    return float(m.group(1)) * _UNIT[m.group(2).lower()] if m else None


def epochs_named(text: str) -> float | None:
    """Epochs named in free text: 3 epochs, 100-epoch, lr sched 1x of twelve epochs."""
    m = re.search(r"(\d+(?:\.\d+)?)[ -]?epochs?\b", text, re.IGNORECASE)
    return number(m.group(1)) if m else None


def gigabytes_used(text: str) -> float | None:
    """Gigabytes of peak memory in a text such as "precision experiment (4.31 GB used)"."""
    m = re.search(r"([\d.]+) ?GB used", text)
    return number(m.group(1)) if m else None
