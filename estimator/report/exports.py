"""Every file that an answer can be saved as, behind one door."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from estimator.engine.answer import Answer
from estimator.engine.comparison import Comparison
from estimator.words.format import Style

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def pdf(
    comparison: Comparison,
    evidence: Evidence | None = None,
    style: Style | None = None,
    date: str | None = None,
    full: bool = True,
) -> bytes:
    """The printed report, all of it or its first page."""
    from estimator.report.pdf import pdf_bytes

    return pdf_bytes(comparison, evidence, style, date, full)


def html(
    comparison: Comparison,
    evidence: Evidence | None = None,
    style: Style | None = None,
    date: str | None = None,
) -> bytes:
    """One page that opens offline."""
    from estimator.report.html import html_bytes

    return html_bytes(comparison, evidence, style, date)


def xlsx(answer: Answer, date: str | None = None) -> bytes:
    """The workbook with live formulas."""
    from estimator.report.xlsx import xlsx_bytes

    return xlsx_bytes(answer, date)


def csv(answer: Answer, language: str | None = None) -> bytes:
    """One row for each approach, for machines or for office software of a language."""
    from estimator.report.csv_export import csv_bytes

    return csv_bytes(answer, language)


def pptx(answer: Answer, style: Style, date: str) -> bytes:
    """Three slides; an optional extra."""
    from estimator.report.slides import slides_bytes

    return slides_bytes(answer, style, date)


def markdown(answer: Answer, style: Style, date: str) -> str:
    """The first screen for a wiki."""
    from estimator.report.markdown import markdown as text

    return text(answer, style, date)


def has_slides() -> bool:
    """Is the library that writes slides installed?"""
    return importlib.util.find_spec("pptx") is not None


def as_json(answer: Answer) -> bytes:
    """The JSON of ``compare --json``."""
    return (json.dumps(answer, indent=2, allow_nan=False) + "\n").encode("ascii")


def record(answer: Answer, when: str | None = None, who: str | None = None) -> bytes:
    """The audit record."""
    from estimator.report.record import make_record, record_bytes

    return record_bytes(make_record(answer, when, who))


def scenario_yaml(inputs: Mapping[str, Any]) -> bytes:
    """The scenario as a file that the command line reads."""
    import yaml

    text = yaml.safe_dump(dict(inputs), sort_keys=False, allow_unicode=True, width=100)
    return text.encode("utf-8")
