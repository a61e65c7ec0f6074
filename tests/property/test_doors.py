"""Everything that can be pasted, uploaded or linked: refused in one sentence, or accepted whole.

A sample with fixed seeds; ``DOOR_INPUTS`` makes it larger.
"""

from __future__ import annotations

import os
import random
import string
import time
from collections.abc import Callable

import pytest
import yaml

from estimator import ProjectInputs
from estimator.engine.money.pricebook import parse_price_csv, template_csv
from estimator.errors import EstimatorError
from estimator.evidence.presets import preset_scenarios
from estimator.measure.door import Settings, look_at_bytes
from estimator.measure.telling import document
from estimator.reading import parse_json
from estimator.report import link
from estimator.report.record import canonical, check_record
from estimator.ui.own_runs import run_rows

SHARE = int(os.environ.get("DOOR_INPUTS", "10000")) // 10
LONGEST_SECONDS = 2.0
MESSAGE_LIMIT = 1200
TOKENS = [
    *("\0", "\r", "\n", "\t", " ", ":", "- ", "{", "}", "[", "]", '"', "'", ",", ";", "#", "%"),
    *("&a ", "*a", "!!timestamp x", "!!bool abc", "!!python/name:os.system", "? ", "|", ">", "---"),
    *("\ud800", "\udfff", "\u202e", "\u2028", "\ufeff", "\u0300" * 40, "日本", "🙂"),
    *("NaN", ".nan", "inf", "-.inf", "1e999", "9" * 400, "0x" + "f" * 300, "1:1:1:1", "1_000"),
    *("=cmd|' /C calc'!A0", "<script>", "[[" * 30, "null", "true", "NO", "~", "<<: *a", "1e5"),
    *("99999999999-07-20", "task: x", '{"a": 1, "a": 2}', "- [" * 10, "/../..", "#read(\"x\")"),
]  # fmt: skip


def mutated(rng: random.Random, text: str) -> str:
    """A text with a few tokens spliced in, cut, doubled or swapped."""
    for _ in range(rng.randint(1, 6)):
        i = rng.randint(0, len(text))
        j = min(len(text), i + rng.randint(0, 12))
        kind = rng.random()
        if kind < 0.6:
            text = text[:i] + rng.choice(TOKENS) + text[j:]
        elif kind < 0.75:
            text = text[:i] + text[j:]
        elif kind < 0.85:
            text = text[:j] + text[i:]
        else:
            text = text[:i] + rng.choice(string.printable) + text[j:]
    return text


def scenario(text: str) -> None:
    """A scenario file: what is accepted survives every way out."""
    inputs = ProjectInputs.from_text(text)
    inputs.canonical_json().encode("utf-8")
    assert ProjectInputs.from_dict(inputs.to_dict()) == inputs
    link.encode(inputs).query.encode("ascii")
    str(inputs.to_dict()).encode("utf-8")


def query(text: str) -> None:
    opened = link.decode(text)
    str(opened.inputs.to_dict()).encode("utf-8")
    "".join(opened.notes).encode("utf-8")


def price_book(text: str) -> None:
    rows, problems = parse_price_csv(text)
    "".join(map(str, problems)).encode("utf-8", "backslashreplace")
    str(rows).encode("utf-8")


def own_runs(text: str) -> None:
    ProjectInputs.from_dict({"task": "translation", "own_runs": run_rows(text)})


def examples(text: str) -> None:
    looked = look_at_bytes(text.encode("utf-8", "replace"), Settings())
    document(looked, None)


def record(text: str) -> None:
    found = parse_json(text)
    if isinstance(found, dict):
        canonical(check_record(found))


PRESETS = [yaml.safe_dump(dict(raw), sort_keys=False) for raw in preset_scenarios().values()]
RUNS = "task,approach,model,hardware,n_devices,n_train,epochs,device_hours\nner,lora,bert,T4,1,9,3,"
LINKS = ["?" + link.encode(ProjectInputs.from_text(t)).query for t in PRESETS]
PACKED = "?" + link.encode(
    ProjectInputs.from_dict(
        {"task": "translation",
         "pilot": [{"approach": "lora", "n_labelled": i, "value": i / 2} for i in range(150)]}
    )
).query  # fmt: skip
DOORS: dict[str, tuple[list[str], Callable[[str], object], float]] = {
    "scenario": (PRESETS, scenario, 3),
    "link": ([*LINKS, PACKED], query, 3),
    "price_book": ([template_csv()], price_book, 1),
    "own_runs": ([RUNS + "1.5\nner,lora,bert,T4,1,9,3,nan\n"], own_runs, 1),
    "examples": (["text,label\nhello,a\nworld,b\n"], examples, 1),
    "record": (
        ['{"record": 1, "inputs": {}, "data_version": "x", "code_version": "y", '
         '"results": {"a": 1e5}, "sha256": "z"}'], record, 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_mutated_inputs_are_refused_in_a_sentence_or_taken(door: str) -> None:
    seeds, take, weight = DOORS[door]
    rng = random.Random(f"doors {door}")
    for _ in range(int(SHARE * weight)):
        text = mutated(rng, rng.choice(seeds))
        begun = time.process_time()
        said = ""
        try:
            take(text)
        except EstimatorError as error:
            said = str(error)
        assert "\n" not in said, text
        assert len(said) < MESSAGE_LIMIT, text
        assert time.process_time() - begun < LONGEST_SECONDS, text


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{n}: &{n} [" + ", ".join([f"*{p}"] * 9) + "]\n"
    for p, n in zip("abcdef", "bcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BOMB + "task: *g\n", "aliases"),
        ("task: [" + "1," * 300_000 + "]", "values"),
        ("task: " + "[" * 900, "levels"),
        ("task: " + "x" * 1_000_001, "characters"),
        ("task: !!timestamp x", "tag"),
        ("task: !!bool abc", "tag"),
        ("? {a: 1}\n: 2\n", "texts as names"),
        ("[a, b]: 1\n", "texts as names"),
        ("task: protein\ntask: protein\n", "each field once"),
        ("seed: " + "9" * 100_000, "digits"),
        ("task: protein\nseed: 1:1:1:1\n", "a whole number"),
        ("task: protein\nname: a\n---\ntask: protein\n", "one document"),
        ('{"task": "protein", "seed": NaN}', "valid JSON"),
        ('{"task": "protein", "task": "protein"}', "each field once"),
        ("task: protein\nfinance: {currency: '<a href=x>'}\n", "ISO 4217"),
        ("task: protein\nlimits: {regions: [1]}\n", "names"),
        ("task: protein\nown_runs: [{device_hours: .nan}]\n", "own_runs[0].device_hours"),
        ("task: protein\nown_runs: [{colour: 1}]\n", "a row with device_hours"),
        ("task: protein\nmodels: {lora: " + "x" * 201 + "}\n", "200 characters"),
    ],
)  # fmt: skip
def test_small_texts_cannot_be_unfolded_and_are_refused_at_once(text: str, says: str) -> None:
    times = []
    for _ in range(3):
        begun = time.process_time()
        with pytest.raises(EstimatorError) as caught:
            ProjectInputs.from_text(text)
        times.append(time.process_time() - begun)
        assert says in str(caught.value)
        assert len(str(caught.value)) < MESSAGE_LIMIT
    assert min(times) < 0.1


def test_texts_are_clean_wherever_they_enter() -> None:
    bad = "x\ud800\r=1"
    inputs = ProjectInputs.from_dict(
        {
            "task": "translation",
            "name": bad,
            "models": {"lora": bad},
            "limits": {"regions": [bad]},
            "people": {"usd_per_week": {bad: 1.0}},
            "own_runs": [{"device_hours": 1.0, bad: bad}],
        }
    )
    text = str(inputs.to_dict())
    text.encode("utf-8")
    assert text.isprintable()


@pytest.mark.parametrize(
    "lines",
    [
        ["models: {full_finetune: {params: 1.1e8, forward_gflop: 22, layers: 12}}"],
        ["finance: {discounts: {aws: 0.1, OpenAI: 0.2}}"],
    ],
)
def test_what_the_contract_shows_is_read(lines: list[str]) -> None:
    ProjectInputs.from_text("\n".join(["task: text_classification", *lines]))


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("limits.regions", ["eu-west-l"], "limits.regions"),
        ("people.usd_per_week", {"wizard": 9.0}, "people.usd_per_week.wizard"),
        ("finance.discounts", {"amazn": 0.2}, "finance.discounts.amazn"),
    ],
)
def test_names_that_would_change_nothing_are_refused(path: str, value: object, field: str) -> None:
    from estimator import load_evidence
    from estimator.engine.candidates import check_names

    inputs = ProjectInputs.from_dict({"task": "translation"}).replace(path, value)
    with pytest.raises(EstimatorError, match=field):
        check_names(inputs, load_evidence())


def test_money_that_cannot_be_counted_in_cents_is_refused() -> None:
    from estimator import load_evidence
    from estimator.engine.simulate import evaluate

    inputs = ProjectInputs.from_dict(
        {
            "task": "text_classification",
            "n_labelled_to_buy": 1e12,
            "unit": {"tokens": 1e8},
            "labelling": {"usd_per_label": 1e6},
            "draws": 64,
        }
    )
    with pytest.raises(EstimatorError, match="lines of at most"):
        evaluate(inputs, load_evidence())
