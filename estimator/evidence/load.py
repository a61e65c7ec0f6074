"""The shipped evidence: validated tables and typed catalogues, each read when first needed."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from estimator.errors import EvidenceError
from estimator.evidence import catalogues, names, own_prices, pack
from estimator.evidence.checks import typed
from estimator.evidence.corrections import apply_corrections
from estimator.evidence.files import (
    DATA,
    VERSION_DIGITS,
    Fits,
    content_hash,
    read_cells,
    versioned_files,
)
from estimator.evidence.origin import Excluded, Metric, Recipe, Source
from estimator.evidence.schema import TABLES
from estimator.evidence.things import Accelerator, ApiPrice, Assumption, BaseModel, PriceRow

USE = "use"
"""Column that keeps a row in the file and out of the typed catalogues."""


@dataclass(frozen=True)
class Evidence:
    """Everything under data/, checked on the way in.

    Parameters
    ----------
    root : Path
        The folder of the tables.
    """

    root: Path = DATA
    pack: str = pack.SHIPPED
    """Name of the data pack; see ``pack``."""
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)
    _records: dict[str, tuple[Mapping[str, Any], ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    _excluded: dict[str, tuple[Excluded, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    own_book: str = ""
    """Content hash of an own price book; see ``with_prices``."""
    _own_rows: tuple[PriceRow, ...] = field(default=(), repr=False, compare=False)

    def table(self, name: str) -> pd.DataFrame:
        """A validated table: text cells, numeric columns as floats with nan for unknown.

        Rows that data/corrections.csv excludes are left out (see ``excluded``). The frame is
        shared: copy it before changing it.

        Raises
        ------
        EvidenceError
            At the first row that breaks a rule: table, row key, column, value, rule.
        """
        if name not in self._tables:
            self._load(name)
        return self._tables[name]

    def records(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Rows of a table as mappings, made once; read, never changed."""
        if name not in self._records:
            rows = self.table(name).to_dict("records")
            self._records[name] = tuple({str(k): v for k, v in row.items()} for row in rows)
        return self._records[name]

    def excluded(self, name: str) -> tuple[Excluded, ...]:
        """Rows of a table that are kept out, with the reason."""
        self.table(name)
        return self._excluded[name]

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every table by name; reading one loads it."""
        return names.LazyTables(self.table, tuple(TABLES))

    def _load(self, name: str) -> None:
        if name not in TABLES:
            raise EvidenceError(f"{name}: no table of this name; known: {', '.join(TABLES)}")
        schema = TABLES[name]
        frame = read_cells(self.root, schema.path)
        kept_out: tuple[Excluded, ...] = ()
        if name not in ("corrections", "sources"):
            rows = self.table("corrections")
            frame, kept_out = apply_corrections(name, schema, frame, rows[rows["table"] == name])
        known = None if name in ("sources", "corrections") else self.sources
        frame = typed(name, schema, frame, known)
        self._excluded[name] = kept_out
        self._tables[name] = frame

    @cached_property
    def data_version(self) -> str:
        """Content hash of every table and fit under data/, presets and texts left out."""
        files = versioned_files(self.root)
        shipped = content_hash(self.root, files)
        kept = self._book_root / own_prices.OWN_BOOK
        if self._book_root != self.root and kept.is_file():
            shipped += f"+book.{content_hash(self._book_root, [kept])}"
        shipped += "" if self.pack == pack.SHIPPED else f"+pack.{self.pack}"
        book = f"+prices.{self.own_book}" if self.own_book else ""
        return f"{shipped}{book}"

    @property
    def _book_root(self) -> Path:
        """Where an imported price book lies: it outlives the pack that it was imported over."""
        return self.root if self.pack == pack.SHIPPED else DATA

    def with_prices(self, own: Sequence[PriceRow], text: str) -> Evidence:
        """The same evidence with an own price book; its data version names the book's content.

        Parameters
        ----------
        own : sequence of PriceRow
            Checked rows of the book.
        text : str
            The file they came from.
        """
        book = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:VERSION_DIGITS]
        return dataclasses.replace(self, own_book=book, _own_rows=tuple(own))

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Every source by id."""
        return catalogues.sources(self.table("sources"))

    @cached_property
    def assumptions(self) -> Mapping[str, Assumption]:
        """Every judgement by id."""
        return catalogues.assumptions(self.table("assumptions"))

    @cached_property
    def accelerators(self) -> Mapping[str, Accelerator]:
        """Devices that can be named in a scenario: those with memory and a peak rate."""
        return catalogues.accelerators(self.table("hardware"))

    @cached_property
    def models(self) -> Mapping[str, BaseModel]:
        """Base models by catalogue name."""
        return catalogues.models(self.table("models"))

    @cached_property
    def _aliases(self) -> Mapping[str, str]:
        return catalogues.aliases(self.table("models"))

    @cached_property
    def hub_names(self) -> Mapping[str, str]:
        """Name on its hub by catalogue name, where the catalogue knows one."""
        return catalogues.hub_names(self.table("models"))

    def find_model(self, name: str) -> BaseModel | None:
        """A base model by name, alias or hub id in any spelling of case and punctuation."""
        found = self.models.get(name)
        if found is None:
            spelled = names.model_spellings(name)
            known = next((self._aliases[n] for n in spelled if n in self._aliases), None)
            found = self.models[known] if known else None
        return found

    @cached_property
    def prices(self) -> tuple[PriceRow, ...]:
        """Every offer of the price book that can be bought."""
        frame = self.table("prices")
        shipped = catalogues.prices(frame[frame[USE] == "yes"])
        installed = own_prices.replaced(shipped, own_prices.installed(self._book_root))
        return own_prices.replaced(installed, self._own_rows)

    @cached_property
    def regions(self) -> Mapping[str, tuple[str, ...]]:
        """Regions of the price book by provider; ``global`` where the provider names none."""
        found: dict[str, set[str]] = {}
        for row in self.prices:
            found.setdefault(row.provider, set()).add(row.region)
        return {provider: tuple(sorted(found[provider])) for provider in sorted(found)}

    @cached_property
    def _api(self) -> pd.DataFrame:
        return catalogues.refreshed(self.table("api"), self.table("api_refreshed"))

    @cached_property
    def api_prices(self) -> tuple[ApiPrice, ...]:
        """List prices of hosted models; ``catalogue_model`` links one to its base model."""
        frame = self._api
        return catalogues.api_prices(frame[frame[USE] == "yes"])

    @cached_property
    def api_price_of(self) -> Mapping[str, ApiPrice]:
        """List price by name of a hosted base model."""
        frame = self._api
        linked = frame[(frame["catalogue_model"] != "") & (frame[USE] == "yes")]
        return dict(zip(linked["catalogue_model"], catalogues.api_prices(linked), strict=True))

    @cached_property
    def recipes(self) -> Mapping[tuple[str, str], Recipe]:
        """Usual training settings by (task, approach)."""
        return catalogues.recipes(self.table("recipes"))

    @cached_property
    def default_models(self) -> Mapping[tuple[str, str], str]:
        """Usual base model by (task, approach); only pairs that have one."""
        frame = self.table("default_models")
        pairs = zip(frame["task"], frame["approach"], frame["model"], strict=True)
        return {(task, approach): model for task, approach, model in pairs if model}

    @cached_property
    def base_models(self) -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
        """Candidates by (task, approach) in the order of their cost: name and language."""
        frame = self.table("base_models")
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        rows = (frame[c] for c in ("task", "approach", "model", "language"))
        for task, approach, model, language in zip(*rows, strict=True):
            found.setdefault((task, approach), []).append((model, language))
        return {key: tuple(named) for key, named in found.items()}

    @cached_property
    def teacher_models(self) -> Mapping[str, str]:
        """Usual teacher of a distillation by task."""
        frame = self.table("default_models")
        pairs = zip(frame["task"], frame["teacher_model"], strict=True)
        return {task: teacher for task, teacher in pairs if teacher}

    @cached_property
    def metrics(self) -> Mapping[str, Metric]:
        """Canonical metrics by name."""
        return catalogues.metrics(self.table("metrics"))

    @cached_property
    def metric_spellings(self) -> Mapping[str, Metric]:
        """Metric by published spelling, with the scale of that spelling."""
        return catalogues.metric_spellings(self.table("metrics"))

    @cached_property
    def dataset_ids(self) -> Mapping[str, str]:
        """One id for the spellings of a data set."""
        frame = self.table("dataset_names")
        return dict(zip(frame["spelling"], frame["dataset_id"], strict=True))

    @cached_property
    def dataset_kinds(
        self,
    ) -> Mapping[tuple[str, str], tuple[str, str, float | None, float | None]]:
        """Kind, language, number of classes and share of the largest class by data set and task."""
        frame = self.table("dataset_kinds")
        numbers = (
            [None if x != x else float(x) for x in frame[c]]
            for c in ("n_classes", "majority_share")
        )
        facts = zip(frame["kind"], frame["language"], *numbers, strict=True)
        return dict(zip(zip(frame["dataset_id"], frame["task"], strict=True), facts, strict=True))

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries with published wages."""
        return tuple(dict.fromkeys(self.table("wages")["country"]))

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Roles with published wages."""
        return tuple(sorted(set(self.table("wages")["role"])))

    @cached_property
    def api_providers(self) -> frozenset[str]:
        """Providers of hosted models, in lower case."""
        return frozenset(price.provider.lower() for price in self.api_prices)

    @cached_property
    def fits(self) -> Mapping[str, Any]:
        """Fitted parameters by file name under data/fits."""
        return Fits(self.root)

    def summary(self) -> dict[str, int]:
        """Rows of every table, for the evidence command; loads all of them."""
        return {name: len(self.table(name)) for name in TABLES}


@lru_cache(maxsize=4)
def _loaded(root: Path, name: str) -> Evidence:
    return Evidence(root, pack=name)


def load_evidence(root: Path | None = None) -> Evidence:
    """The evidence under ``root``; tables are read and checked when first used.

    Without a root it is that of the data pack in use, which is the shipped data until another
    pack is installed.
    """
    if root is not None:
        return _loaded(root, pack.SHIPPED)
    name = pack.active()
    return _loaded(pack.root_of(name), name)
