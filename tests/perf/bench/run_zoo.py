"""Runs `./dev bench zoo`: whole networks, in every engine, and their compilation by fovea."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from .elf import code_bytes
from .environment import LOGS, PYTHON
from .jobs import Job, layer_job
from .layers import load as load_layers
from .machine import Bench, about, measure_machine, say, warn_if_busy
from .measure import measure
from .results import FOVEA, Machine, NetworkCompilation, ZooNetwork, ZooResult, ZooRun
from .rooflines import LEVELS
from .run import engines, tell, worker_for
from .run_kernels import WINOGRAD as WINOGRADS
from .turns import Plan
from .workers import EngineError, Worker, usable_cores
from .zoo import (BOUNDS, RATED, WINOGRAD_SAVES, Model, bound_seconds, folder_of,
                  suits_winograd)

COMPILE_TIMEOUT = 3600.0  # seconds: of a hundred kernels, cold, on few cores


def run_zoo(bench: Bench, names: Sequence[str], batch: int, compilation: bool) -> ZooRun:
    """With `compilation` it is measured as well."""
    warn_if_busy()
    models = exported(names, batch)
    say("this machine's arithmetic and memory ...")
    sizes = sorted({model.weight_bytes for model in models}.union(LEVELS))
    machines = [measure_machine(bench, threads, sizes) for threads in bench.threads]
    networks: list[ZooNetwork] = []
    results: list[ZooResult] = []
    with engines(bench) as workers:
        say("Winograd's algorithm by itself ...")
        saves = _winograd_saves(bench, machines, workers)
        start = time.monotonic()
        for number, model in enumerate(models):
            with tempfile.TemporaryDirectory(prefix="fovea_bench_") as folder:
                job, plan, compiled = job_of(model, Path(folder)), bench.plan, NetworkCompilation()
                if compilation:
                    # Its kernels serve the measurement, too.
                    plan = replace(plan, cache=str(job.folder / "cache"))
                    compiled = _compile(bench, model, job, plan.cache)
                networks.append(ZooNetwork(model.name, batch, model.macs, model.weight_bytes,
                                           compiled))
                mine = [_result(bench, plan, model, job, machine, saved, workers[machine.threads])
                        for machine, saved in zip(machines, saves)]
            results += mine
            left = (time.monotonic() - start) / (number + 1) * (len(models) - number - 1)
            tell(bench, f"{number + 1:3}/{len(models)}  {model.name:<16}", mine, left)
        return ZooRun(about(bench), machines, saves, networks, results)


def exported(names: Sequence[str], batch: int) -> list[Model]:
    """By a process of its own: PyTorch's threads and memory stay out of this one. The batch of one
    image is for ncnn, which takes no other."""
    say("models in ONNX format ...")
    here = str(Path(__file__).resolve().parent.parent)
    log = LOGS / "bench-export.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    for count in sorted({1, batch}):
        with log.open("w") as output:
            done = subprocess.run(
                [str(PYTHON), "-m", "bench.export", *names, "--batch", str(count)],
                env={**os.environ, "PYTHONPATH": here}, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT,
            )
        if done.returncode != 0:
            words = log.read_text(errors="replace").strip().splitlines() or ["no word"]
            sys.exit(f"bench: no models, {log.name} tells more: {words[-1]}")
    return [Model.load(folder_of(name, batch)) for name in names]


def job_of(model: Model, folder: Path) -> Job:
    command = {
        "do": "prepare", "kind": "onnx", "input": str(model.input), "weights": {},
        "onnx": str(model.onnx), "one_image": str(folder_of(model.name, 1) / model.onnx.name),
        "output_shape": list(model.output_shape),
    }
    return Job(command, np.load(model.expected), folder)


def _winograd_saves(bench: Bench, machines: Sequence[Machine],
                    workers: dict[int, list[Worker]]) -> list[float]:
    """Of each machine, how many times less a convolution takes than its direct arithmetic at the
    measured peak: the geometric mean over layers which fovea does by Winograd's algorithm."""
    layers = [layer for layer in load_layers()
              if any(network in layer.networks for network in RATED)
              and suits_winograd(layer.kernel, layer.stride, layer.dilation, layer.groups,
                                 layer.channels, layer.filters)]
    ratios: list[list[float]] = [[] for _ in machines]
    for layer in layers:
        with tempfile.TemporaryDirectory(prefix="fovea_bench_") as folder:
            job = layer_job(layer, Path(folder), seed=0)
            for machine, mine in zip(machines, ratios):
                fovea = workers[machine.threads][:1]
                timing = measure(job, fovea, {}, bench.plan)[FOVEA]
                if timing.ok and timing.algorithm.startswith(WINOGRADS):
                    mine.append(layer.flops / machine.flops_per_second / timing.conv_seconds)
    return [max(statistics.geometric_mean(mine), 1.0) if mine else 1.0 for mine in ratios]


def _result(bench: Bench, plan: Plan, model: Model, job: Job, machine: Machine,
            winograd_saves: float, workers: list[Worker]) -> ZooResult:
    timings = measure(job, workers, bench.unavailable, plan)
    for timing in timings.values():
        timing.failure = timing.failure and _in_one_line(timing.failure, model)
    bounds = {name: bound_seconds(model.layers, machine.flops_per_second,
                                  machine.bytes_per_second_of[model.weight_bytes], saved)
              for name, saved in zip(BOUNDS, (1.0, WINOGRAD_SAVES, winograd_saves))}
    return ZooResult(machine.threads, timings, model.name, model.batch, bounds)


def _in_one_line(message: str, model: Model) -> str:
    """Without the folder, which says nothing on a page."""
    return " ".join(message.replace(f"{model.folder}/", "").split())


# --- Compilation -------------------------------------------------------------------------------


def _compile(bench: Bench, model: Model, job: Job, cache: str) -> NetworkCompilation:
    """`cache`: a folder for kernels, which is not there yet."""
    result = NetworkCompilation()
    try:
        cold, warm = (_prepare(bench, job, cache) for _ in range(2))
        result.import_seconds = warm["network_seconds"]
        result.cold_seconds, result.warm_seconds = cold["seconds"], warm["seconds"]
        result.cold_peak_bytes, result.warm_peak_bytes = cold["peak_bytes"], warm["peak_bytes"]
        library = job.folder / f"{model.name}.so"
        _emit(bench, model, library, cache)
        result.library_bytes = library.stat().st_size
        result.code_bytes = code_bytes(library)
        library.unlink()
    except EngineError as error:
        result.failure = _in_one_line(str(error), model)
    say(f"         {model.name}: " + (result.failure or (
        f"compiled in {result.cold_seconds:.1f} s cold, {result.warm_seconds:.2f} s warm")))
    return result


def _prepare(bench: Bench, job: Job, cache: str) -> dict:
    worker = worker_for(FOVEA, len(usable_cores()), bench.programs)
    try:
        return worker.ask({**job.command, "cache": cache}, COMPILE_TIMEOUT)
    finally:
        worker.close()


def _emit(bench: Bench, model: Model, library: Path, cache: str) -> None:
    done = subprocess.run(
        [str(bench.programs / "fovea"), "compile", str(model.onnx), "-o", str(library)],
        env={**os.environ, "FOVEA_CACHE": cache}, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
    )
    if done.returncode != 0:
        words = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise EngineError(f"fovea compile: {words[0]}")
