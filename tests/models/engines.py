"""Runs a model on one input, by fovea or by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path

import numpy
import onnxruntime
from numpy.typing import NDArray
from worker import Worker


class Fovea:
    def __init__(self, program: str, cache: str, folder: Path) -> None:
        self._worker = Worker(program)
        self._cache, self._folder = cache, folder

    def __call__(self, x: NDArray, names: tuple[str, str] = ("x", "y"), **what: str) -> NDArray:
        """`names` of input and result; `what`: model, or zoo and weights; precision. Raises
        RuntimeError."""
        given, taken = self._folder / "x.npy", self._folder / "y.npy"
        numpy.save(given, x)
        taken.unlink(missing_ok=True)
        answer = self._worker.ask({**what, "cache": self._cache, "inputs": {names[0]: str(given)},
                                   "outputs": {names[1]: str(taken)}})
        if "done" not in answer:
            raise RuntimeError(answer.get("refused") or answer["crashed"])
        return numpy.load(taken)


def onnx_runtime(path: Path, x: NDArray) -> NDArray:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def distance(got: NDArray, expected: NDArray) -> float:
    """The largest difference, of the largest value."""
    assert got.shape == expected.shape, f"{got.shape} instead of {expected.shape}"
    largest = numpy.abs(expected).max()
    assert numpy.isfinite(largest) and largest > 0, f"the largest value is {largest}"
    return float(numpy.abs(got.astype(numpy.float64) - expected).max() / largest)


def check(got: NDArray, expected: NDArray, tolerance: float) -> str:
    """What is worth printing; asserts that the distance is at most `tolerance`."""
    text = f"differs by {distance(got, expected):.1e} of the largest value (at most {tolerance:.1e})"
    assert distance(got, expected) <= tolerance, text  # also where it is no number
    return text
