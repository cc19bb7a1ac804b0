#!/usr/bin/env python3
"""ONNX's backend tests, which others wrote: https://onnx.ai/onnx/repo-docs/OnnxBackendTest.html

Each is a model with inputs and the outputs that they must give. Those within scope.txt must
pass; all others may be refused, but a wrong answer fails everywhere. Where a model takes what a
compiler must know (a shape, axes) as an input, it is given when the model is read.
"""

from __future__ import annotations

import argparse
import collections
import os
import queue
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]
import results  # noqa: E402
import scope  # noqa: E402
import suites  # noqa: E402
from worker import Worker  # noqa: E402


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
    for value, array in zip(suites.free_inputs(graph), inputs):
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
        verdicts.append((f"{case.kind}/{case.name}", seconds, message))
    return verdicts


PAGE = """\
# ONNX's backend tests

Written by `tests/models/backend.py --table`, with onnx {version}; `./dev test models` runs them (of the light
networks some; all with `--all`). Each is a model with its inputs and results. Those whose ops and element types are
within [the scope](../tests/models/scope.txt) must pass. The others may be refused, with the reason, and must never give
a wrong result.

Networks of today, as PyTorch exports them, are compared with ONNX Runtime by `./dev test --all networks`.

| suite | holds | tests | in scope | passed | refused | wrong |
|:--|:--|--:|--:|--:|--:|--:|
{suites}
"""
PART = """
## {name}

| {what} | tests | in scope | passed | refused | wrong |
|:--|--:|--:|--:|--:|--:|
{rows}
"""


def _row(counts: collections.Counter) -> str:
    wrong = counts["wrong"] + counts["crashed"]
    numbers = [counts[name] for name in ("tests", "inside", "passed", "refused")]
    return " | ".join(map(str, [*numbers, wrong])) + " |"


def page(done: list[tuple], known: scope.Scope) -> str:
    """Markdown: per suite and op, how many cases there are, pass, and are refused."""
    counts: dict[str, dict[str, collections.Counter]] = {
        suite: collections.defaultdict(collections.Counter) for suite in suites.SUITES}
    for case, _, outcome in done:
        inside = known.excludes(case.model) is None
        ops = sorted({node.op_type for node in case.model.graph.node})
        if case.kind == "light":
            what = case.name.removeprefix("test_")
        else:
            what = ops[0] if len(ops) == 1 else "several ops"
        counts[case.kind][what].update({"tests": 1, "inside": int(inside), outcome.kind: 1})
    text = PAGE.format(version=onnx.__version__, suites="\n".join(
        f"| [{suite}](#{suite}) | {holds} | "
        + _row(sum(counts[suite].values(), collections.Counter()))
        for suite, holds in suites.SUITES.items()))
    for suite, of_ops in counts.items():
        text += PART.format(name=suite, what="network" if suite == "light" else "op", rows="\n".join(
            f"| {what} | {_row(of_ops[what])}" for what in sorted(of_ops)))
    return text


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True, help="results, as gtest writes them")
    parser.add_argument("--worker", required=True, help="the program onnx_worker")
    parser.add_argument("--cache", required=True, help="folder of compiled kernels")
    parser.add_argument("--filter", default="", help="only cases whose suite/name contains this")
    parser.add_argument("--table", type=Path, help="write the page with the table of ops here")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    options = parser.parse_args()
    known = scope.load()
    if options.table:
        os.environ["FOVEA_TEST_ALL"] = "1"  # the page is of all
    done = run_all(suites.load(options.filter), options)
    if options.table:
        options.table.write_text(page(done, known))
    return results.write(options.output, "models", judged(done, known))


if __name__ == "__main__":
    sys.exit(main())
