"""A measurement in another process: the same result, refusals, and an end when asked."""

from __future__ import annotations

import time

from estimator.measure.door import Settings, look_at_bytes, run
from estimator.measure.worker import Job
from tests.measure.files import csv_of, texts

SETTINGS = Settings()


def test_the_result_is_that_of_this_process() -> None:
    looked = look_at_bytes(csv_of(texts(120)), SETTINGS)
    job = Job(looked, SETTINGS, "accuracy")
    assert job.wait(60)
    assert job.refusal is None
    assert job.result is not None
    assert job.result.points == run(looked, SETTINGS, "accuracy").points
    assert job.share == 1.0


def test_a_refusal_and_a_cancel_end_it() -> None:
    few = look_at_bytes(csv_of(texts(12)), SETTINGS)
    job = Job(few, SETTINGS, "accuracy")
    assert job.wait(60)
    assert "too few" in str(job.refusal)
    long = Job(look_at_bytes(csv_of(texts(3000)), SETTINGS), SETTINGS, "accuracy")
    time.sleep(0.2)
    long.cancel()
    assert long.wait(20)
    assert long.result is None
    assert "stopped" in str(long.refusal)
