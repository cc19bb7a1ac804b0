"""Runs the benchmarks: starts the engines, goes through layers or networks, shows progress."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from . import environment
from .environment import LOGS, PYTHON
from .jobs import Job, call_job, layer_job, lenet5_job
from .layers import Layer
from .machine import Bench, about, measure_machine, say, warn_if_busy
from .measure import measure
from .results import (FOVEA, TITLES, Compilation, LayerResult, LayersRun, LenetRun, Machine,
                      NetworkResult, Result)
from .tables import microseconds, ratio
from .workers import EngineError, Worker, usable_cores

COMPILATIONS = 3  # of LeNet-5, cold and warm


def worker_for(name: str, threads: int, programs: Path, side: str | None = None) -> Worker:
    """`side`: what it is called, where an engine has several processes."""
    log = LOGS / f"bench-{side or name}-{threads}.log"
    if name == FOVEA:
        return Worker(side or name, [str(programs / "layer_worker")], threads, log)
    here = str(Path(__file__).resolve().parent.parent)
    return Worker(side or name, [str(PYTHON), "-m", "bench.engines", name], threads, log,
                  {"PYTHONPATH": here, "OMP_NUM_THREADS": str(threads)})


@contextmanager
def engines(bench: Bench) -> Iterator[dict[int, list[Worker]]]:
    """Workers by number of threads. Those that do not start are unavailable from then on."""
    bench.unavailable.update(environment.failures(bench.engines))
    workers: dict[int, list[Worker]] = {threads: [] for threads in bench.threads}
    try:
        for threads, started in workers.items():
            for name in (FOVEA, *bench.engines):
                if name in bench.unavailable:
                    continue
                worker = worker_for(name, threads, bench.programs)
                try:
                    worker.start()
                except EngineError as error:
                    if name == FOVEA:
                        sys.exit(f"bench: {worker.program} does not start: {error}")
                    bench.unavailable[name] = str(error)
                    continue
                started.append(worker)
                bench.versions[name] = worker.version
        for name, reason in bench.unavailable.items():
            say(f"without {TITLES[name]}: {reason}")
        yield workers
    finally:
        for started in workers.values():
            for worker in started:
                worker.close()


# --- Layers ----------------------------------------------------------------------------------


def run_layers(bench: Bench, layers: list[Layer]) -> LayersRun:
    warn_if_busy()
    sizes = sorted({layer.bytes for layer in layers})
    say("this machine's arithmetic and memory ...")
    machines = [measure_machine(bench, threads, sizes) for threads in bench.threads]
    results: list[LayerResult] = []
    with engines(bench) as workers:
        start = time.monotonic()
        for number, layer in enumerate(layers):
            with tempfile.TemporaryDirectory(prefix="fovea_bench_") as folder:
                job = layer_job(layer, Path(folder), seed=number)
                mine = [_layer_result(bench, layer, job, machine, workers[machine.threads])
                        for machine in machines]
            results += mine
            left = (time.monotonic() - start) / (number + 1) * (len(layers) - number - 1)
            tell(bench, f"{number + 1:3}/{len(layers)}  {layer.label:<33}", mine, left)
        return LayersRun(about(bench), machines, results)


def _layer_result(bench: Bench, layer: Layer, job: Job, machine: Machine,
                  workers: list[Worker]) -> LayerResult:
    timings = measure(job, workers, bench.unavailable, bench.plan)
    seconds, bound = machine.bound_seconds(layer)
    return LayerResult(machine.threads, timings, layer, seconds, bound)


def tell(bench: Bench, title: str, results: Sequence[Result], seconds_left: float = 0) -> None:
    """One line, and one more for each failure of an engine that is there."""
    parts = [title]
    for r in results:
        time_of = microseconds(r.fovea.seconds) if r.fovea.ok else "failed"
        against = f"{ratio(r.ratio)}x {TITLES[r.best_peer]}" if r.best_peer else "no peer"
        parts.append(f"{r.threads}t {time_of:>7} us {against:<18}")
    if seconds_left >= 60:
        parts.append(f"{seconds_left / 60:.0f} min left")
    say("  ".join(parts).rstrip())
    for r in results:
        for name, timing in r.timings.items():
            if timing.failure and name not in bench.unavailable:
                say(f"         {TITLES[name]}, {r.threads}t: {timing.failure}")


# --- LeNet-5 ---------------------------------------------------------------------------------


def run_lenet(bench: Bench, batches: list[int]) -> LenetRun:
    warn_if_busy()
    results, calls = [], []
    with engines(bench) as workers:
        for threads in bench.threads:
            calls.append(_network_result(bench, None, threads, workers[threads]))
            for batch in batches:
                results.append(_network_result(bench, batch, threads, workers[threads]))
    results.sort(key=lambda r: (r.batch, r.threads))
    compilations = [_compile_lenet5(bench, batch) for batch in batches]
    return LenetRun(about(bench), results, calls, compilations)


def _network_result(bench: Bench, batch: int | None, threads: int,
                    workers: list[Worker]) -> NetworkResult:
    """Without a batch: the mere call."""
    with tempfile.TemporaryDirectory(prefix="fovea_bench_") as folder:
        job = call_job(Path(folder)) if batch is None else lenet5_job(batch, Path(folder))
        timings = measure(job, workers, bench.unavailable, bench.plan)
    result = NetworkResult(threads, timings, batch or 1)
    tell(bench, f"{'call' if batch is None else f'LeNet-5, batch {batch}':<18}", [result])
    return result


def _compile_lenet5(bench: Bench, batch: int) -> Compilation:
    """Each in a new process, which uses all cores."""
    result = Compilation(batch)
    with tempfile.TemporaryDirectory(prefix="fovea_bench_") as folder:
        job = lenet5_job(batch, Path(folder))
        for number in range(COMPILATIONS):
            for times in (result.cold, result.warm):
                worker = worker_for(FOVEA, len(usable_cores()), bench.programs)
                try:
                    cache = str(Path(folder) / f"cache{number}")
                    times.append(worker.ask({**job.command, "cache": cache})["seconds"])
                except EngineError as error:
                    result.failure = str(error)
                finally:
                    worker.close()
    say(f"compilation, batch {batch}: "
        + (result.failure or f"{min(result.cold):.2f} s cold, {min(result.warm):.2f} s warm"))
    return result
