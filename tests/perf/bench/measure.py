"""Takes the time of a job in every engine, in turns."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .jobs import Job
from .reference import error_of
from .results import FOVEA, Timing
from .workers import EngineError, Worker

# A result that is further off, relative to the largest value, is wrong: float32 sums of thousands
# of products, also by Winograd's algorithm, are a hundred times closer.
LARGEST_ERROR = 1e-3


@dataclass(frozen=True)
class Plan:
    cache: str  # fovea's folder of compiled kernels
    rounds: int = 5
    seconds: float = 0.08  # of one engine in one round
    warm_up: float = 0.05


def measure(job: Job, workers: list[Worker], unavailable: dict[str, str], plan: Plan
            ) -> dict[str, Timing]:
    """What each engine took, by its name; `unavailable` says why some have no worker. An engine
    that fails is out, and the others go on."""
    timings = {worker.name: Timing() for worker in workers}
    for worker in workers:
        _attempt(timings[worker.name], lambda t: _prepare(worker, job, t, plan))

    running = [worker for worker in workers if timings[worker.name].ok]
    for number in range(plan.rounds + 1):  # the first is the warm-up
        # Each round begins with another engine, so that none always follows the same one.
        first = number % max(len(running), 1)
        for worker in running[first:] + running[:first]:
            _attempt(timings[worker.name], lambda t: _take_turn(worker, t, plan, number))

    for worker in running:
        if worker.name == FOVEA:
            _attempt(timings[FOVEA], lambda t: _profile(worker, t, plan))
        _attempt(timings[worker.name], lambda t: worker.ask({"do": "release"}))
    for timing in timings.values():
        if timing.ok:
            timing.seconds = statistics.median(timing.rounds)
    return timings | {name: Timing(failure=reason) for name, reason in unavailable.items()}


def _attempt(timing: Timing, action: Callable[[Timing], object]) -> None:
    if timing.ok:
        try:
            action(timing)
        except EngineError as error:
            timing.failure = str(error)


def _prepare(worker: Worker, job: Job, timing: Timing, plan: Plan) -> None:
    answer = worker.ask({**job.command, "cache": plan.cache})
    timing.prepare_seconds = answer["seconds"]
    timing.form = answer.get("form", "")
    timing.kernels = answer.get("kernels", [])
    path = job.folder / f"{worker.name}.npy"
    worker.ask({"do": "output", "path": str(path)})
    timing.error = error_of(np.load(path), job.expected)
    if not timing.error < LARGEST_ERROR:
        raise EngineError(f"its result is wrong: relative error {timing.error:.2g}")


def _take_turn(worker: Worker, timing: Timing, plan: Plan, number: int) -> None:
    answer = worker.ask({"do": "time", "seconds": plan.seconds if number else plan.warm_up})
    if number:
        timing.rounds.append(statistics.median(answer["samples"]))


def _profile(worker: Worker, timing: Timing, plan: Plan) -> None:
    """What each kernel takes, beside what its compilation said of it."""
    schedules = {layer: kernel["schedule"] for kernel in timing.kernels
                 for layer in kernel["layers"]}
    seen = worker.ask({"do": "profile", "seconds": plan.seconds / 2})["kernels"]
    timing.kernels = [{**kernel, "schedule": schedules.get(kernel["layer"], "")} for kernel in seen]
