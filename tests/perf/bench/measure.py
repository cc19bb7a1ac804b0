"""Takes the time of a job in every engine, in turns."""

from __future__ import annotations

import numpy as np

from .jobs import Job
from .reference import error_of
from .results import FOVEA, Timing
from .turns import Plan, attempt, take_turns
from .workers import EngineError, Worker

# A result that is further off, relative to the largest value, is wrong: float32 sums of thousands
# of products, also by Winograd's algorithm, are a hundred times closer.
LARGEST_ERROR = 1e-3


def measure(job: Job, workers: list[Worker], unavailable: dict[str, str], plan: Plan
            ) -> dict[str, Timing]:
    """What each engine took, by its name; `unavailable` says why some have no worker. An engine
    that fails is out, and the others go on."""
    timings = {worker.name: Timing() for worker in workers}
    for worker in workers:
        attempt(timings[worker.name], lambda t: _prepare(worker, job, t, plan))

    running = [worker for worker in workers if timings[worker.name].ok]
    take_turns([(worker, timings[worker.name]) for worker in running], plan)
    for worker in running:
        if worker.name == FOVEA:
            attempt(timings[FOVEA], lambda t: _profile(worker, t, plan))
        attempt(timings[worker.name], lambda t: worker.ask({"do": "release"}))
    return timings | {name: Timing(failure=reason) for name, reason in unavailable.items()}


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


def _profile(worker: Worker, timing: Timing, plan: Plan) -> None:
    """What each kernel takes, beside what its compilation said of it."""
    schedules = {layer: kernel["schedule"] for kernel in timing.kernels
                 for layer in kernel["layers"]}
    seen = worker.ask({"do": "profile", "seconds": plan.seconds / 2})["kernels"]
    timing.kernels = [{**kernel, "schedule": schedules.get(kernel["layer"], "")} for kernel in seen]
