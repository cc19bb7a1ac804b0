"""Rounds in which workers take turns at what they have prepared. Standard library only."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .results import Timing
from .workers import EngineError, Worker


@dataclass(frozen=True)
class Plan:
    cache: str  # fovea's folder of compiled kernels
    rounds: int = 5
    seconds: float = 0.08  # of one engine in one round
    warm_up: float = 0.05


def take_turns(runners: Sequence[tuple[Worker, Timing]], plan: Plan) -> None:
    """One that fails is out, and the others go on."""
    for number in range(plan.rounds + 1):  # the first is the warm-up
        # Each round begins with another one, so that none always follows the same one.
        first = number % max(len(runners), 1)
        for worker, timing in [*runners[first:], *runners[:first]]:
            attempt(timing, lambda t: _take_turn(worker, t, plan, number))
    for _, timing in runners:
        if timing.ok:
            timing.seconds = statistics.median(timing.rounds)


def attempt(timing: Timing, action: Callable[[Timing], object]) -> None:
    if timing.ok:
        try:
            action(timing)
        except EngineError as error:
            timing.failure = str(error)


def _take_turn(worker: Worker, timing: Timing, plan: Plan, number: int) -> None:
    answer = worker.ask({"do": "time", "seconds": plan.seconds if number else plan.warm_up})
    if number:
        timing.rounds.append(statistics.median(answer["samples"]))
