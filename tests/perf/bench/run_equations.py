"""Times equations and filters beside other ways to the same result, in turns."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from . import environment, unit
from .environment import LOGS
from .equations import GROUPS, UNIT_EQUATIONS, Case, engine_of, sides_of
from .machine import Bench, about, measure_machine, say, warn_if_busy
from .reference import error_of
from .results import FOVEA, TITLES, EquationResult, EquationsRun, Timing, UnitCompilation
from .run import worker_for
from .tables import microseconds, ratio
from .turns import attempt, take_turns
from .workers import EngineError, Worker

# Results that differ more, relative to the largest value, are not the same: sums of float32 in
# another order, and exponentials by tables; bytes that are rounded to the one or the other side, of
# which the largest are above 200.
LARGEST_DIFFERENCE = {"f32": 1e-3, "u8": 1 / 200}

Pools = dict[int, dict[str, Worker]]  # workers by side, by number of threads


@contextmanager
def _pools(bench: Bench, cases: list[Case]) -> Iterator[Pools]:
    """A process for each side. Sides that do not start are unavailable from then on."""
    sides = sides_of(cases)
    missing = environment.failures(bench.engines)
    bench.unavailable.update({side: missing[engine_of(side)] for side in sides
                              if engine_of(side) in missing})
    pools: Pools = {threads: {} for threads in bench.threads}
    try:
        for threads, pool in pools.items():
            for side in sides:
                if side in bench.unavailable:
                    continue
                worker = worker_for(engine_of(side), threads, bench.programs, side)
                try:
                    worker.start()
                except EngineError as error:
                    if engine_of(side) == FOVEA:
                        sys.exit(f"bench: {worker.program} does not start: {error}")
                    bench.unavailable[side] = str(error)
                    continue
                pool[side] = worker
                bench.versions[engine_of(side)] = worker.version
        for side, reason in bench.unavailable.items():
            say(f"without {TITLES[side]}: {reason}")
        yield pools
    finally:
        for pool in pools.values():
            for worker in pool.values():
                worker.close()


def run_equations(bench: Bench, cases: list[Case], compiles: bool) -> EquationsRun:
    """`compiles`: also the C++ unit of many equations."""
    warn_if_busy()
    compilation = _compile(bench) if compiles else None
    machines = [measure_machine(bench, threads, []) for threads in bench.threads]
    results: list[EquationResult] = []
    with _pools(bench, cases) as pools:
        start = time.monotonic()
        for number, case in enumerate(cases):
            with tempfile.TemporaryDirectory(prefix="fovea_bench_") as folder:
                files = _Files(case, Path(folder), seed=number)
                mine = [_measure(bench, case, files, threads, pools[threads])
                        for threads in bench.threads]
            results += mine
            left = (time.monotonic() - start) / (number + 1) * (len(cases) - number - 1)
            _tell(f"{number + 1:3}/{len(cases)}  {case.label:<32}", mine, left)
        return EquationsRun(about(bench), machines, results, compilation)


def _compile(bench: Bench) -> UnitCompilation:
    result = UnitCompilation(unit.compiler())
    try:
        for _ in range(bench.plan.rounds):
            result.rounds.append(unit.compile_seconds(UNIT_EQUATIONS, bench.programs))
    except (OSError, ValueError) as error:
        result.failure = str(error)
    say(f"{UNIT_EQUATIONS} equations in C++: " + (result.failure or f"{result.seconds:.1f} s"))
    return result


class _Files:
    """Operands, the same for every side: a picture, or an image and weights that are normally
    distributed, so that results are of the order of one."""

    def __init__(self, case: Case, folder: Path, seed: int) -> None:
        self.case, self.folder = case, folder
        random = np.random.default_rng(seed)
        if case.weight_shape:
            x = random.standard_normal(case.input_shape, dtype=np.float32)
            weights = random.standard_normal(case.weight_shape, dtype=np.float32)
            np.save(folder / "w.npy", weights / np.float32(np.prod(case.taps)**0.5))
        else:
            x = picture(random, case.input_shape, case.dtype)
        np.save(folder / "x.npy", x)
        np.save(folder / "batch.npy", x[None])

    def command(self, side: str, cache: str) -> dict:
        # A layer has a batch, an equation has what stands in it.
        is_layer = engine_of(side) == FOVEA and side != FOVEA
        name = "conv.weight" if is_layer else "K"
        weights = {name: str(self.folder / "w.npy")} if self.case.weight_shape else {}
        return {"do": "prepare", **self.case.command(side), "weights": weights, "cache": cache,
                "input": str(self.folder / ("batch.npy" if is_layer else "x.npy"))}


def picture(random: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Soft waves with an edge and some noise, from 0 to 255."""
    y, x = (np.arange(extent, dtype=np.float32) for extent in shape)
    waves = 128 + 50 * np.sin(y / 37)[:, None] * np.cos(x / 53) + 30 * (x > shape[1] / 2)
    noisy = np.clip(waves + random.standard_normal(shape, dtype=np.float32) * 6, 0, 255)
    return np.round(noisy).astype({"u8": np.uint8, "f32": np.float32}[dtype])


def _measure(bench: Bench, case: Case, files: _Files, threads: int, pool: dict[str, Worker]
             ) -> EquationResult:
    sides = [FOVEA, *GROUPS[case.group].peers]
    timings = {side: Timing() if side in pool else Timing(failure=bench.unavailable[side])
               for side in sides}
    result = EquationResult(threads, timings, case.label, case.group, case.weight_bytes)
    if GROUPS[case.group].of_bandwidth:
        # At the same moment: processors change their pace by several percent within minutes.
        machine = measure_machine(bench, threads, [case.weight_bytes])
        result.bytes_per_second = machine.bytes_per_second_of[case.weight_bytes]
    outputs: dict[str, np.ndarray] = {}
    for side in sides:
        attempt(timings[side], lambda t: _prepare(pool[side], files, side, t, bench, outputs))
    _compare(case, timings, outputs)
    take_turns([(pool[side], timings[side]) for side in sides if timings[side].ok], bench.plan)
    for side in outputs:
        attempt(timings[side], lambda _: pool[side].ask({"do": "release"}))
    return result


def _prepare(worker: Worker, files: _Files, side: str, timing: Timing, bench: Bench,
             outputs: dict[str, np.ndarray]) -> None:
    answer = worker.ask(files.command(side, bench.plan.cache))
    timing.prepare_seconds = answer["seconds"]
    timing.kernels = answer.get("kernels", [])
    timing.form = answer.get("form") or "+".join(k["algorithm"] for k in timing.kernels)
    path = files.folder / f"{side}.npy"
    worker.ask({"do": "output", "path": str(path)})
    outputs[side] = np.load(path).astype(np.float64)


def _compare(case: Case, timings: dict[str, Timing], outputs: dict[str, np.ndarray]) -> None:
    """Each with the last one, which is the farthest from fovea's equation."""
    if len(outputs) < 2:
        return
    largest = LARGEST_DIFFERENCE[case.dtype]
    *others, last = outputs
    for side in others:
        timings[side].error = error = error_of(_image(outputs[side]), _image(outputs[last]))
        if not error < largest:
            timings[side].failure = f"its result differs from that of {TITLES[last]} by {error:.2g}"


def _image(output: np.ndarray) -> np.ndarray:
    """A layer's result has a batch, of one."""
    return output[0] if output.ndim == 4 else output


def _tell(title: str, results: list[EquationResult], seconds_left: float) -> None:
    parts = [title]
    for r in results:
        peer = next(side for side in r.timings if side != FOVEA)
        time_of = microseconds(r.fovea.seconds) if r.fovea.ok else "failed"
        parts.append(f"{r.threads}t {time_of:>7} us {ratio(r.ratio_to(peer)):>5}x {TITLES[peer]}")
    if seconds_left >= 60:
        parts.append(f"{seconds_left / 60:.0f} min left")
    say("  ".join(parts).rstrip())
    for r in results:
        for side, timing in r.timings.items():
            if timing.failure:
                say(f"         {TITLES[side]}, {r.threads}t: {timing.failure}")
