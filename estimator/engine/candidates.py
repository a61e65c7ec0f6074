"""The rows of a comparison: the ten approaches with their base models, and extra options."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from estimator.engine.groups import Option, TypedModel
from estimator.engine.inputs import ProjectInputs
from estimator.engine.learns import as_is
from estimator.engine.results import Candidate, Choice
from estimator.errors import InputError
from estimator.evidence.things import BaseModel
from estimator.metrics import own_metric
from estimator.vocabulary import (
    APPROACH_LABELS,
    FINDS_PASSAGES,
    TASK_MODALITY,
    Approach,
    Task,
    no_rows,
)
from estimator.words.statement import Statement, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

OWN_PROVIDER = "own"


def build_candidates(
    inputs: ProjectInputs, evidence: Evidence, chosen: Mapping[str, Choice] | None = None
) -> tuple[Candidate, ...]:
    """The ten rows in the order of the spectrum, then the scenario's options.

    ``chosen`` are the base models of approaches for which the scenario names none; the usual ones
    where it holds none.

    Raises
    ------
    InputError
        When a named base model is not in the catalogue.
    """
    chosen = chosen or {}
    rows = [
        Candidate(
            key=str(approach),
            approach=approach,
            label=APPROACH_LABELS[approach],
            model=_model(inputs, approach, evidence, chosen),
            n_labelled_to_buy=_labels(inputs, approach, None),
            applies=approach not in no_rows(inputs.task, inputs.target.metric),
        )
        for approach in Approach
    ]
    rows += [
        _option(inputs, i, option, evidence, chosen) for i, option in enumerate(inputs.options)
    ]
    return tuple(rows)


def _model(
    inputs: ProjectInputs,
    approach: Approach,
    evidence: Evidence,
    chosen: Mapping[str, Choice],
) -> BaseModel | None:
    named = inputs.models.get(str(approach)) or _same_network(inputs, approach, evidence)
    if isinstance(named, TypedModel):
        return typed_model(named, inputs)
    if named is None:
        key = str(inputs.task), str(approach)
        found = chosen.get(str(approach))
        named = found.model if found else evidence.default_models.get(key)
    if not named:
        return None
    return find_model(f"models.{approach}", named, evidence, inputs.task)


TRAINED_ALIKE = (
    Approach.FULL_FINETUNE,
    Approach.LORA,
    Approach.PARTIAL_FINETUNE,
    Approach.LINEAR_PROBE,
    Approach.CONTINUED_PRETRAIN,
    Approach.SCRATCH,
)
"""Rows that train the same network, of which the first that is named gives its model to all."""


def _same_network(
    inputs: ProjectInputs, approach: Approach, evidence: Evidence
) -> str | TypedModel | None:
    """The model typed for another row, where a task has no usual models; its weights are there."""
    if inputs.task is not Task.OTHER or approach not in TRAINED_ALIKE:
        return None
    for other in TRAINED_ALIKE:
        named: str | TypedModel | None = inputs.models.get(str(other))
        known = evidence.find_model(named) if isinstance(named, str) else None
        if named and not (known and known.hosted):
            return named
    return None


def _option(
    inputs: ProjectInputs,
    index: int,
    option: Option,
    evidence: Evidence,
    chosen: Mapping[str, Choice],
) -> Candidate:
    if option.model is not None:
        model: BaseModel | None = find_model(
            f"options[{index}].model", option.model, evidence, inputs.task
        )
    else:
        model = _model(inputs, option.approach, evidence, chosen)
    return Candidate(
        key=f"{option.approach}#{index + 1}",
        approach=option.approach,
        label=APPROACH_LABELS[option.approach],
        model=model,
        n_labelled_to_buy=_labels(inputs, option.approach, option.n_labelled_to_buy),
        retrieval=option.retrieval,
    )


def _labels(inputs: ProjectInputs, approach: Approach, stated: int | None) -> int:
    """Labels that a row buys; an approach that trains nothing buys only its evaluation set."""
    if as_is(inputs, approach):
        return 0
    return inputs.n_labelled_to_buy if stated is None else stated


def typed_model(sizes: TypedModel, inputs: ProjectInputs) -> BaseModel:
    """A base model known by its sizes only; its forward FLOP are for one example of the project."""
    return BaseModel(
        name=f"typed ({sizes.params:.3g} parameters)",
        family="typed",
        modality=TASK_MODALITY[inputs.task],
        tasks=(str(inputs.task),),
        params_total=sizes.params,
        params_active=sizes.params,
        layers=sizes.layers,
        hidden_size=None,
        input_size=inputs.unit_length,
        input_unit=inputs.unit_name,
        forward_gflop=sizes.forward_gflop,
        flop_formula="",
        licence="unknown",
        commercial_use="unknown",
        release_year=None,
        hosted=False,
        source_id="typed",
        locator="models",
    )


def find_model(field: str, name: str, evidence: Evidence, task: Task | None = None) -> BaseModel:
    """A catalogue model by name or alias; raises InputError with the nearest names of its kind."""
    model = evidence.find_model(name)
    if model is None:
        known = _models_for(task, evidence) if task else evidence.models
        raise InputError(field, name, _nearest(name, known, _command("models")))
    return model


def _models_for(task: Task, evidence: Evidence) -> list[str]:
    """Models of tasks of the same modality."""
    kind = TASK_MODALITY[task]
    tasks = {str(t) for t in Task if TASK_MODALITY[t] is kind}
    return [m.name for m in evidence.models.values() if tasks & set(m.tasks)]


def check_names(inputs: ProjectInputs, evidence: Evidence) -> None:
    """Check every name of the scenario that only the shipped tables can know.

    Raises
    ------
    InputError
        For an unknown accelerator, provider, region, country, currency-free names and models.
    """
    accelerators = evidence.accelerators
    if inputs.compute.accelerator not in accelerators:
        raise InputError(
            "compute.accelerator",
            inputs.compute.accelerator,
            _nearest(inputs.compute.accelerator, accelerators, _command("accelerators")),
        )
    if inputs.own_hardware and inputs.own_hardware.accelerator not in accelerators:
        raise InputError(
            "own_hardware.accelerator",
            inputs.own_hardware.accelerator,
            _nearest(inputs.own_hardware.accelerator, accelerators, _command("accelerators")),
        )
    regions = evidence.regions
    provider = inputs.compute.provider
    if provider == OWN_PROVIDER:
        if inputs.own_hardware is None and inputs.compute.usd_per_device_hour is None:
            raise InputError(
                "compute.provider",
                provider,
                state("allowed.own_provider"),
            )
    elif provider not in regions:
        raise InputError("compute.provider", provider, ", ".join([*sorted(regions), OWN_PROVIDER]))
    elif inputs.compute.region not in regions[provider]:
        raise InputError(
            "compute.region", inputs.compute.region, ", ".join(sorted(regions[provider]))
        )
    if inputs.people.location not in evidence.countries:
        raise InputError("people.location", inputs.people.location, ", ".join(evidence.countries))
    for i, option in enumerate(inputs.options):
        if option.retrieval and inputs.task not in FINDS_PASSAGES:
            names = ", ".join(map(str, FINDS_PASSAGES))
            why = state("allowed.finds", names=names)
            raise InputError(f"options[{i}].retrieval", value=True, allowed=why)
    _check_lists(inputs, evidence)
    metric = str(inputs.target.metric)
    own = inputs.task is Task.OTHER and own_metric(metric) is not None
    if metric not in evidence.metrics and not own:
        allowed: Statement | str = ", ".join(evidence.metrics)
        if inputs.task is Task.OTHER:
            allowed = state("allowed.own_metric", names=allowed)
        raise InputError("target.metric", metric, allowed)


def _check_lists(inputs: ProjectInputs, evidence: Evidence) -> None:
    """Names that would change nothing, and say nothing, where they are misspelt."""
    regions = evidence.regions
    every = sorted({r for listed in regions.values() for r in listed})
    for region in inputs.limits.regions or ():
        if region not in every:
            where = state("allowed.where.regions", command=_command("prices"))
            raise InputError("limits.regions", region, _nearest(region, every, where))
    for role in inputs.people.usd_per_week:
        if role not in evidence.roles:
            raise InputError(f"people.usd_per_week.{role}", role, ", ".join(evidence.roles))
    sellers = {*regions, OWN_PROVIDER}
    for provider, share in inputs.finance.discounts.items():
        if share and provider not in sellers and provider.lower() not in evidence.api_providers:
            known = [*sellers, *evidence.api_providers]
            where = state("allowed.where.providers")
            raise InputError(
                f"finance.discounts.{provider}", provider, _nearest(provider, known, where)
            )


def _command(name: str) -> Statement:
    return state("allowed.command", name=name)


def _nearest(name: str, known: Iterable[str], where: Statement) -> Statement:
    names = list(known)
    tail = name.split("/")[-1].lower()
    head = re.split(r"[^a-z]+", tail)[0]
    close = difflib.get_close_matches(tail, names, n=3, cutoff=0.6)
    close += [n for n in names if len(head) > 2 and n.lower().startswith(head) and n not in close]
    close = close[:5] or difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    listed = ", ".join(close or sorted(names)[:8])
    return state("allowed.nearest", names=listed, n=len(names), where=where)
