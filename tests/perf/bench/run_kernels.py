"""Times the kernels of algorithms by themselves, in turns. Standard library only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .environment import LOGS
from .layers import Layer
from .machine import Bench, about, measure_machine, say, warn_if_busy
from .results import FOVEA, KernelResult, KernelsRun, Timing
from .tables import microseconds, percent
from .turns import attempt, take_turns
from .workers import EngineError, Worker

WINOGRAD = "winograd"  # what the names of its algorithms begin with


@dataclass(frozen=True)
class Wanted:
    """Which algorithms: of each layer those that match among the ones named here, or all that
    match; else the one for its kind, and of Winograd's the one of least estimated time."""

    algorithms: tuple[str, ...] = ()
    every: bool = False

    def choose(self, layer: Layer, offered: list[str]) -> list[str]:
        """`offered`: those that match, the one of least estimated time first."""
        if self.every or self.algorithms:
            return [name for name in offered if self.every or name in self.algorithms]
        kind = kind_of(layer)
        chosen = [kind if kind in offered else offered[0]]
        if layer.stride == (1, 1):
            chosen += [name for name in offered if name.startswith(WINOGRAD)][:1]
        return chosen


def kind_of(layer: Layer) -> str:
    """The algorithm that was made for such layers."""
    if layer.groups == layer.channels > 1:
        return "depthwise"
    return "gemv" if layer.output_map == (1, 1) else "direct"


class Pool:
    """Workers with the same number of threads, as many as kernels are compared at once: they take
    turns, so that all of them see the machine in the same moods."""

    def __init__(self, bench: Bench, threads: int) -> None:
        self._bench, self._threads = bench, threads
        self._workers: list[Worker] = []

    def worker(self, number: int) -> Worker:
        while len(self._workers) <= number:
            log = LOGS / f"bench-kernels-{self._threads}-{len(self._workers)}.log"
            program = str(self._bench.programs / "kernel_worker")
            self._workers.append(Worker(FOVEA, [program], self._threads, log))
        return self._workers[number]

    def close(self) -> None:
        for worker in self._workers:
            worker.close()


@contextmanager
def _pools(bench: Bench) -> Iterator[dict[int, Pool]]:
    pools = {threads: Pool(bench, threads) for threads in bench.threads}
    try:
        for pool in pools.values():
            worker = pool.worker(0)
            try:
                worker.start()
            except EngineError as error:
                sys.exit(f"bench: {worker.program} does not start: {error}")
            bench.versions[FOVEA] = worker.version
        yield pools
    finally:
        for pool in pools.values():
            pool.close()


def run_kernels(bench: Bench, layers: list[Layer], wanted: Wanted) -> KernelsRun:
    """Throws ValueError where an algorithm is unknown, or none of those wanted matches."""
    warn_if_busy()
    results: list[KernelResult] = []
    with _pools(bench) as pools:
        _check_names(pools[bench.threads[0]].worker(0), wanted)
        machines = [measure_machine(bench, threads, []) for threads in bench.threads]
        start = time.monotonic()
        for number, layer in enumerate(layers):
            mine = [result for threads in bench.threads
                    for result in _measure(bench, layer, wanted, threads, pools[threads])]
            results += mine
            left = (time.monotonic() - start) / (number + 1) * (len(layers) - number - 1)
            _tell(f"{number + 1:3}/{len(layers)}  {layer.label:<33}", mine, left)
    if not results:
        raise ValueError(f"{' or '.join(wanted.algorithms)} matches none of these layers")
    return KernelsRun(about(bench), machines, results)


def _check_names(worker: Worker, wanted: Wanted) -> None:
    known = worker.ask({"do": "algorithms"})["algorithms"]
    for name in wanted.algorithms:
        if name not in known:
            raise ValueError(f"no algorithm '{name}'; there are: {', '.join(known)}")


def _measure(bench: Bench, layer: Layer, wanted: Wanted, threads: int, pool: Pool
             ) -> list[KernelResult]:
    # At the same moment: processors change their pace by several percent within minutes.
    machine = measure_machine(bench, threads, [layer.bytes])
    command = {"layer": layer.to_json(), "cache": bench.plan.cache}
    offered = pool.worker(0).ask({"do": "match", **command})["algorithms"]
    seconds, bound = machine.bound_seconds(layer)
    results = [KernelResult(threads, {FOVEA: Timing()}, layer, seconds, bound, name)
               for name in wanted.choose(layer, [one["algorithm"] for one in offered])]
    for number, result in enumerate(results):
        attempt(result.fovea, lambda _: _prepare(pool.worker(number), result, command))
    running = [(pool.worker(number), result.fovea) for number, result in enumerate(results)
               if result.fovea.ok]
    take_turns(running, bench.plan)
    for worker, timing in running:
        attempt(timing, lambda _: worker.ask({"do": "release"}))
    return results


def _prepare(worker: Worker, result: KernelResult, command: dict) -> None:
    answer = worker.ask({"do": "prepare", "algorithm": result.algorithm, **command})
    result.estimate = answer["estimate"]
    result.fovea.form = answer["form"]
    result.fovea.prepare_seconds = answer["seconds"]


def _tell(title: str, results: list[KernelResult], seconds_left: float) -> None:
    parts = [title]
    for r in results:
        parts.append(f"{r.threads}t {r.algorithm:<9} {microseconds(r.fovea.seconds):>7} us "
                     f"{percent(r.of_bound):>4}")
    if seconds_left >= 60:
        parts.append(f"{seconds_left / 60:.0f} min left")
    say("  ".join(parts).rstrip())
    for r in results:
        if r.fovea.failure:
            say(f"         {r.algorithm}, {r.threads}t: {r.fovea.failure}")
