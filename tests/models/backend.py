#!/usr/bin/env python3
"""ONNX's backend node tests, which others wrote: https://onnx.ai/onnx/repo-docs/OnnxBackendTest.html

Each is a small model with inputs and the outputs that they must give. Those within scope.txt must
pass; all others may be refused, but a wrong answer fails everywhere. Where a model takes what a
compiler must know (a shape, axes) as an input, it is given when the model is read.
"""

from __future__ import annotations

import argparse
import collections
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]
import results  # noqa: E402
import scope  # noqa: E402

TIMEOUT_SECONDS = 120


class Worker:
    """fovea in a process of its own, started again where it ended."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._process: subprocess.Popen | None = None

    def ask(self, command: dict) -> dict:
        if self._process is None:
            self._process = subprocess.Popen([self._program], stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, text=True)
        process = self._process
        timer = threading.Timer(TIMEOUT_SECONDS, process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        finally:
            timer.cancel()
        if line:
            return json.loads(line)
        self.close()
        return {"crashed": f"the worker ended with exit code {process.wait()}"}

    def close(self) -> None:
        if self._process:
            self._process.stdin.close()
            self._process.wait()
            self._process = None


@dataclass
class Outcome:
    """`kind`: passed, refused, wrong or crashed."""

    kind: str
    message: str = ""


def run_case(case, worker: Worker, cache: str) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="fovea-onnx-") as folder:
        for inputs, outputs in case.data_sets:
            outcome = _run_data(case, inputs, outputs, worker, cache, Path(folder))
            if outcome.kind != "passed":
                return outcome
    return Outcome("passed")


def _run_data(case, inputs, outputs, worker: Worker, cache: str, folder: Path) -> Outcome:
    graph = case.model.graph
    inputs, outputs = ([numpy_helper.to_array(value) if isinstance(value, onnx.TensorProto)
                        else value for value in values] for values in (inputs, outputs))
    if not all(isinstance(array, (numpy.ndarray, numpy.generic)) for array in (*inputs, *outputs)):
        return Outcome("refused", "values that are no tensors")
    model = folder / "model.onnx"
    onnx.save(case.model, model)
    named = {}
    for value, array in zip(graph.input, inputs):
        path = folder / f"input{len(named)}.npy"
        numpy.save(path, numpy.ascontiguousarray(array).reshape(numpy.shape(array)))
        named[value.name] = (str(path), numpy.asarray(array))
    wanted = {value.name: str(folder / f"output{k}.npy") for k, value in enumerate(graph.output)}
    outcome = Outcome("refused")
    for fixed in _ways_to_fix(graph, named):
        answer = worker.ask({
            "model": str(model), "cache": cache, "outputs": wanted,
            "inputs": {name: path for name, (path, _) in named.items() if name not in fixed},
            "fixed": {name: named[name][0] for name in fixed},
        })
        if "crashed" in answer:
            return Outcome("crashed", answer["crashed"])
        if "refused" not in answer:
            return _compared(case, graph, outputs, wanted)
        outcome = Outcome("refused", outcome.message or answer["refused"])
        if "when the network runs" not in answer["refused"]:
            return Outcome("refused", answer["refused"])
    return outcome


def _ways_to_fix(graph, named) -> list[list[str]]:
    """None; then what may be a shape, axes, a bound: all small inputs behind the first; then all.
    What has no elements is known always."""
    empty = [name for name, (_, array) in named.items() if array.size == 0]
    small = [value.name for k, value in enumerate(graph.input)
             if k > 0 and value.name in named and named[value.name][1].ndim <= 1]
    return [empty, [*{*empty, *small}], list(named)]


def _compared(case, graph, outputs, wanted) -> Outcome:
    for value, expected in zip(graph.output, outputs):
        path = wanted[value.name]
        if not Path(path).exists():
            return Outcome("wrong", f"{value.name}: no result")
        got, expected = numpy.load(path), numpy.asarray(expected)
        Path(path).unlink()
        if got.shape != expected.shape or got.dtype != expected.dtype:
            return Outcome("wrong", f"{value.name}: {got.dtype} {got.shape} instead of "
                                    f"{expected.dtype} {expected.shape}")
        try:
            numpy.testing.assert_allclose(got, expected, rtol=case.rtol, atol=case.atol)
        except AssertionError as error:
            return Outcome("wrong", f"{value.name}:{error}")
    return Outcome("passed")


def node_cases() -> list:
    from onnx.backend.test.loader import load_model_tests

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numpy, about values that tests want
        return sorted(load_model_tests(kind="node"), key=lambda case: case.name)


def run_all(cases: list, options: argparse.Namespace) -> list[tuple]:
    """(case, seconds, outcome) in the order of cases."""
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    for number, case in enumerate(cases):
        waiting.put((number, case))
    done: list = [None] * len(cases)

    def work() -> None:
        worker = Worker(options.worker)
        while True:
            try:
                number, case = waiting.get_nowait()
            except queue.Empty:
                break
            start = time.monotonic()
            outcome = run_case(case, worker, options.cache)
            done[number] = (case, time.monotonic() - start, outcome)
        worker.close()

    threads = [threading.Thread(target=work) for _ in range(options.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


def judged(done: list[tuple], known: scope.Scope) -> list[tuple]:
    """(name, seconds, failure message or None), as results.write takes them."""
    verdicts = []
    for case, seconds, outcome in done:
        excluded = known.excludes(case.model)
        bad = outcome.kind in ("wrong", "crashed") or (not excluded and outcome.kind != "passed")
        message = f"{outcome.kind}: {outcome.message}" if bad else None
        verdicts.append((case.name, seconds, message))
    return verdicts


PAGE = """\
# ONNX's backend node tests

Written by `tests/models/backend.py --table`, with onnx {version}; `./dev test models` runs them all. Each is a
small model with its inputs and results. Of {all} tests {passed} pass; of the {inside} whose ops and element types are
within [the scope](../tests/models/scope.txt) all must. The others are refused, with the reason.

{table}
"""


def page(done: list[tuple], known: scope.Scope) -> str:
    """Markdown: per op, how many cases there are, pass, and are refused."""
    counts: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    for case, _, outcome in done:
        inside = known.excludes(case.model) is None
        ops = sorted({node.op_type for node in case.model.graph.node})
        counts[ops[0] if len(ops) == 1 else "several ops"].update(
            {"tests": 1, "inside": int(inside), outcome.kind: 1})
    rows = ["| op | tests | in scope | passed | refused | wrong |", "|:--|--:|--:|--:|--:|--:|"]
    for name in sorted(counts):
        c = counts[name]
        rows.append(f"| {name} | {c['tests']} | {c['inside']} | {c['passed']} | {c['refused']} "
                    f"| {c['wrong'] + c['crashed']} |")
    total = sum(counts.values(), collections.Counter())
    return PAGE.format(version=onnx.__version__, all=total["tests"], inside=total["inside"],
                       passed=total["passed"], table="\n".join(rows))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True, help="results, as gtest writes them")
    parser.add_argument("--worker", required=True, help="the program onnx_worker")
    parser.add_argument("--cache", required=True, help="folder of compiled kernels")
    parser.add_argument("--filter", default="", help="only cases whose names contain this")
    parser.add_argument("--table", type=Path, help="write the page with the table of ops here")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    options = parser.parse_args()
    known = scope.load()
    done = run_all([case for case in node_cases() if options.filter in case.name], options)
    if options.table:
        options.table.write_text(page(done, known))
    return results.write(options.output, "models", judged(done, known))


if __name__ == "__main__":
    sys.exit(main())
