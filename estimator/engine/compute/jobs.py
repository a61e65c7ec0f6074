"""A candidate as a job: recipe, work and memory setting, before a device is chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from estimator.engine.assumptions import Assumptions
from estimator.engine.compute.calibrate import Offset
from estimator.engine.compute.fitting import Fitted, Fixed
from estimator.engine.compute.flop import PASSES, decoded_pixels, picture_tokens
from estimator.engine.compute.hardware import precision_class
from estimator.engine.compute.lexicon import TABLES, TEXT_GROUPS, ModelInfo
from estimator.engine.compute.memory import (
    LEAN,
    MemorySetting,
    adapter_params,
    vocabulary_of,
)
from estimator.engine.compute.settings import Settings
from estimator.engine.compute.steps import StepWork, recomputes_by_default, step_work
from estimator.engine.compute.terms import StepTerms, memory_terms, step_terms
from estimator.engine.compute.work import (
    Work,
    example_flop,
    model_info,
    reads_tables,
    row_tokens,
    rows_shown,
    tokens_per_example,
    work_of,
)
from estimator.engine.inputs import ProjectInputs
from estimator.engine.learns import finds
from estimator.engine.results import Candidate, RecipeValue
from estimator.evidence.things import BaseModel
from estimator.units import GIGA
from estimator.vocabulary import TASK_MODALITY, Approach, Modality, Task
from estimator.words.statement import Number, Share, Statement, joined, listed, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence
    from estimator.evidence.origin import Recipe


@dataclass(frozen=True)
class Plan:
    """A candidate's recipe as used: the scenario's training fields over the approach's recipe."""

    epochs: float
    unlabelled_epochs: float
    batch_size: int
    precision: str
    optimiser: str
    checkpointing: bool
    trained_share: float
    trials: int
    source_id: str
    stated_precision: str
    micro_batch: float
    """Examples on one device in one forward pass."""
    lora_rank: float
    lora_targets: str
    framework: str | None
    fixed: Fixed
    is_stated: bool
    """The scenario says what one device does in one pass: its hours scatter less."""


@dataclass(frozen=True)
class Job:
    """Work and setting of one candidate, before an accelerator is chosen."""

    approach: Approach
    info: ModelInfo
    work: Work
    plan: Plan
    flop_example: float
    memory: MemorySetting
    forward_only: bool
    step_terms: StepTerms
    seq: float | None = None
    """Tokens of one example as trained; of a window where examples share one."""
    packed: float = 1.0
    """Examples of one window."""
    decoded: float = 0.0
    """Pixels that the host decodes for one example."""

    def step(
        self, setting: MemorySetting, flop: float, n_devices: float, sharded: bool
    ) -> StepWork:
        """Step terms of ``flop`` of this job in a memory setting on ``n_devices``."""
        passes = PASSES.get(str(self.approach), 3.0)
        examples = flop / (passes * self.flop_example) if self.flop_example else 0.0
        settings = Settings(
            checkpointing=setting.checkpointing, framework=self.plan.framework,
            sharding="full" if sharded else None,
            offloaded=setting.offloaded,
        )  # fmt: skip
        return step_work(
            self.info, setting.approach, setting.precision, flop, passes,
            max(examples / (setting.batch_per_device * self.packed * n_devices), 1.0), n_devices,
            examples / self.plan.batch_size, settings, self.step_terms, self.decoded * examples,
        )  # fmt: skip


def plan_of(inputs: ProjectInputs, approach: Approach, recipe: Recipe | None) -> Plan:
    """The recipe of the approach with the scenario's own training fields."""
    t = inputs.training
    precision = t.precision or (recipe.precision if recipe else "bf16")
    batch = t.batch_size or (recipe.batch_size if recipe else 32)
    if t.micro_batch:
        batch = t.micro_batch * (t.accumulation or 1) * inputs.compute.n_devices
        batch = max(batch, t.batch_size or 0)
    plain_text = TASK_MODALITY[inputs.task] is Modality.TEXT
    per_device = batch / max(inputs.compute.n_devices, 1) / (t.accumulation or 1)
    return Plan(
        epochs=t.epochs if t.epochs is not None else (recipe.epochs if recipe else 3.0),
        unlabelled_epochs=recipe.unlabelled_epochs if recipe else 1.0,
        batch_size=batch,
        precision=precision_class(precision) or "half",
        optimiser=t.optimiser or (recipe.optimiser if recipe else "adamw"),
        checkpointing=t.checkpointing
        if t.checkpointing is not None
        else bool(recipe and recipe.checkpointing),
        trained_share=(recipe.layers_trained_share if recipe else 0.0) or 0.25,
        trials=inputs.compute.trials,
        source_id=recipe.source_id if recipe else "judgement",
        stated_precision=precision,
        micro_batch=float(t.micro_batch or max(1.0, min(per_device, MOST_MICRO))),
        lora_rank=float(t.lora_rank or (recipe.adapter_rank if recipe else None) or DEFAULT_RANK),
        lora_targets=t.lora_targets or ("all_linear" if plain_text else "attention"),
        framework=t.framework,
        fixed=Fixed(bool(t.micro_batch), t.checkpointing is not None, bool(t.optimiser)),
        is_stated=t.micro_batch is not None,
    )


def job_of(
    inputs: ProjectInputs,
    candidate: Candidate,
    approach: Approach,
    evidence: Evidence,
    assumptions: Assumptions,
) -> Job | Statement:
    """Work of a candidate trained by ``approach``, or the reason why there is none."""
    model = candidate.model
    if model is None:
        return state("compute.no_model")
    info = model_info(model, inputs.task)
    n_rows = float(candidate.n_labelled(inputs))
    flop, formula = example_flop(inputs, info, model.source_id == "typed", n_rows)
    if flop is None:
        known = info.params is not None and info.group != TABLES
        return state("compute.no_flop" if known else "compute.no_size", model=model.name)
    recipe = evidence.recipes.get((str(inputs.task), str(approach)))
    plan = _by_steps(inputs, plan_of(inputs, approach, recipe), n_rows, assumptions)
    teacher = _teacher(inputs, evidence) if approach is Approach.DISTILL else None
    teacher_flop = None
    if teacher is not None:
        teacher_flop = example_flop(inputs, model_info(teacher, inputs.task), False)[0]
    full = evidence.recipes.get((str(inputs.task), str(Approach.FULL_FINETUNE)))
    per_param = "images" if inputs.task is Task.IMAGE_GENERATION else "tokens"
    work = work_of(
        inputs, approach, info, flop, formula, n_rows, plan.epochs,
        plan.unlabelled_epochs, plan.trained_share, teacher_flop, full.epochs if full else 3.0,
        assumptions.value(f"compute.{per_param}_per_parameter"),
    )  # fmt: skip
    forward_only = approach in (Approach.LINEAR_PROBE, Approach.ZERO_SHOT) or (
        finds(inputs, approach)
    )
    terms = memory_terms(assumptions.value)
    memory = MemorySetting(
        approach="linear_probe" if forward_only else str(approach),
        precision=plan.precision, optimiser=plan.optimiser,
        batch_per_device=rows_shown(info, n_rows) if reads_tables(info) else plan.micro_batch,
        tokens=_memory_tokens(inputs, info),
        pixels=inputs.unit_length if inputs.unit_name == "pixels" else None,
        checkpointing=_recomputes(inputs, plan, approach, info), trained_share=plan.trained_share,
        terms=terms, adapter_params=adapter_params(info, plan.lora_rank, plan.lora_targets),
        vocabulary=vocabulary_of(info), context_gb=terms.context_gb if info.group == "llm" else 0.0,
        chunked_loss=plan.framework == "unsloth", kept_outside=plan.framework == "unsloth",
        usual_stack=plan.framework not in LEAN, reference=inputs.task is Task.PREFERENCE_TUNING,
        forward_gflop_example=flop / GIGA,
    )  # fmt: skip
    length, window = tokens_per_example(inputs), inputs.training.sequence
    packed = max(window / length, 1.0) if window and inputs.training.packing else 1.0
    text = info.group in TEXT_GROUPS
    return Job(
        approach, info, work, plan, flop, memory, forward_only, step_terms(assumptions.value),
        length * packed if text else None, packed if text else 1.0,
        decoded_pixels(info, inputs.unit_length) if inputs.unit_name == "pixels" else 0.0,
    )  # fmt: skip


MOST_MICRO = 8.0
DEFAULT_RANK = 16
WORTH_SAYING = 0.02


def _by_steps(inputs: ProjectInputs, plan: Plan, n_rows: float, assumptions: Assumptions) -> Plan:
    """Passes over few pictures: a subject takes its steps however few pictures there are."""
    if inputs.task is not Task.IMAGE_GENERATION or inputs.training.epochs is not None:
        return plan
    shown = assumptions.value("compute.picture_views")
    return replace(plan, epochs=max(plan.epochs, shown / max(n_rows, 1.0)))


def _recomputes(inputs: ProjectInputs, plan: Plan, approach: Approach, info: ModelInfo) -> bool:
    if inputs.training.checkpointing is not None:
        return inputs.training.checkpointing
    return plan.checkpointing or recomputes_by_default(str(approach), info.params)


def _memory_tokens(inputs: ProjectInputs, info: ModelInfo) -> float:
    if inputs.unit_name == "pixels":
        return picture_tokens(info.group, inputs.unit_length, name=info.name)
    if reads_tables(info):
        return row_tokens(inputs)
    if inputs.unit_name == "tokens" and inputs.training.sequence:
        return float(inputs.training.sequence)
    return tokens_per_example(inputs)


def _teacher(inputs: ProjectInputs, evidence: Evidence) -> BaseModel | None:
    name = evidence.teacher_models.get(str(inputs.task))
    return evidence.find_model(name) if name else None


def _made_to_fit(fitting: Fitted, price: float) -> Statement:
    changes = listed(fitting.changes)
    if price >= 1.0:
        return state("fit.times", changes=changes, times=Number(1.0 + price))
    if price >= WORTH_SAYING:
        return state("fit.priced", changes=changes, more=Share(price))
    return state("fit.changes", changes=changes)


def rows_limit(model: BaseModel, n_rows: float, columns: float) -> Statement:
    """What an in-context model for tables is shown of the project's rows and columns."""
    most, wide = round(model.max_input or n_rows), round(model.input_size or columns)
    if columns > wide:
        return state("rows.too_wide", columns=round(columns), most=wide)
    if n_rows > most:
        return state("rows.more", rows=round(n_rows), most=most)
    return state("rows.all", rows=round(n_rows), most=most, columns=wide)


def recipe_view(
    inputs: ProjectInputs, c: Candidate, plan: Plan, offset: Offset, fitting: Fitted | None = None,
    price: float | None = None,
) -> dict[str, RecipeValue]:  # fmt: skip
    """What the page shows of the recipe; own runs show the hours factor before and after."""
    recomputed = fitting.setting.checkpointing if fitting else plan.checkpointing
    view: dict[str, RecipeValue] = {
        "epochs": plan.epochs,
        "batch_size": plan.batch_size,
        "unit_length": inputs.unit_length,
        "trials": plan.trials if c.approach is not Approach.ZERO_SHOT else 1,
        "precision": plan.stated_precision,
        "optimiser": fitting.setting.optimiser if fitting else plan.optimiser,
        "lora_rank": plan.lora_rank if c.approach is Approach.LORA else None,
        "lora_targets": plan.lora_targets if c.approach is Approach.LORA else None,
        "packing": "yes" if inputs.training.packing else None,
        "micro_batch": fitting.setting.batch_per_device if fitting else plan.micro_batch,
        "checkpointing": "yes" if recomputed else "no",
        "source_id": plan.source_id,
    }
    if fitting and fitting.changes and (fitting.needed or 0) <= inputs.compute.n_devices:
        view["made_to_fit"] = _made_to_fit(fitting, price or 0.0)
    if c.model is not None and c.model.input_unit == "columns" and c.model.max_input:
        view["rows_limit"] = rows_limit(c.model, c.n_labelled(inputs), inputs.unit_length)
    if offset.n_runs:
        view["own_runs"] = offset.n_runs
        view["own_runs_factor"] = math.exp(offset.shift)
    if offset.unused:
        view["own_runs_unused"] = joined(*offset.unused)
    return view
