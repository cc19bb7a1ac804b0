#!/usr/bin/env python3
"""Whole networks: what fovea computes, beside ONNX Runtime and beside the zoo.

  onnx/NAME/fast, exact   the file that torch.onnx.export writes gives what ONNX Runtime gives
  zoo/NAME                zoo:NAME with the same weights gives what the file gives
  pretrained/NAME         a trained network names what a photograph shows

Weights of the first two are random, from a fixed seed. Runs in the environment of `./dev bench`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "perf")]
import results  # noqa: E402
from bench import environment  # noqa: E402

SUITE = "networks"
GROUPS = ["base", "onnxruntime", "torch", "torchvision", "safetensors", "pretrained"]

# Of the largest absolute value of the result. A network may amplify rounding beyond that: then the
# distance may be so many times that of ONNX Runtime from the result in float64.
TOLERANCES = {"fast": 1e-4, "exact": 1e-5}
MULTIPLES = {"fast": 10, "exact": 3}
ZOO_TOLERANCE = 1e-5


def cases(options: argparse.Namespace, folder: Path) -> dict:
    """Functions by the names of their cases. Each returns what is worth printing, or asserts."""
    import pretrained
    import zoo_networks
    from bench import export
    from bench.zoo import NETWORKS
    from engines import Fovea, check, distance, onnx_runtime
    import numpy

    fovea = Fovea(options.worker, options.cache, folder)

    def agrees_with_onnx_runtime(name: str, precision: str) -> str:
        path = export.export(name)[0]
        x = numpy.load(path.with_name("x.npy"))
        expected = onnx_runtime(path, x)
        rounding = distance(expected, numpy.load(path.with_name("y.npy")))
        return check(fovea(x, model=str(path), precision=precision), expected,
                     max(TOLERANCES[precision], MULTIPLES[precision] * rounding))

    def agrees_with_the_file(name: str) -> str:
        path, weights, x = zoo_networks.export(name, folder)
        names = "image", zoo_networks.RESULTS[name]
        return check(fovea(x, names, zoo=name, weights=str(weights)), fovea(x, model=str(path)),
                     ZOO_TOLERANCE)

    found = {f"onnx/{name}/{precision}": lambda n=name, p=precision: agrees_with_onnx_runtime(n, p)
             for name in NETWORKS for precision in TOLERANCES}
    found |= {f"zoo/{name}": lambda n=name: agrees_with_the_file(n) for name in zoo_networks.RESULTS}
    found |= {f"pretrained/{name}": lambda make=make: make(fovea, folder)
              for name, make in pretrained.CASES.items()}
    return found


def run(options: argparse.Namespace) -> list[tuple]:
    """(name, seconds, message), as results.write takes them."""
    verdicts = []
    with tempfile.TemporaryDirectory(prefix="fovea-networks-") as folder:
        for name, case in cases(options, Path(folder)).items():
            if options.filter not in name:
                continue
            start = time.monotonic()
            message = None
            try:
                print(f"{name}: {case()}", flush=True)
            except (AssertionError, RuntimeError, OSError) as error:
                message = str(error)
            verdicts.append((name, time.monotonic() - start, message))
    return verdicts


def enter(options: argparse.Namespace) -> str | None:
    """Goes on in the environment of `./dev bench`; returns why that is impossible."""
    if Path(sys.prefix).resolve() == environment.VENV.resolve():
        return None
    try:
        environment.ensure(GROUPS)
    except SystemExit as reason:
        return str(reason)
    state = environment.read_state()
    missing = [f"{group}: {state[group]['error']}" for group in GROUPS if state[group]["error"]]
    if missing:
        return "; ".join(missing)
    os.execv(environment.PYTHON, [str(environment.PYTHON), __file__, *sys.argv[1:]])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", required=True, help="results, as gtest writes them")
    parser.add_argument("--worker", required=True, help="the program onnx_worker")
    parser.add_argument("--cache", required=True, help="folder of compiled kernels")
    parser.add_argument("--filter", default="", help="only cases whose names contain this")
    options = parser.parse_args()
    reason = enter(options)
    if reason:
        return results.write(options.output, SUITE, [(SUITE, 0, results.Skipped(reason))])
    return results.write(options.output, SUITE, run(options))


if __name__ == "__main__":
    sys.exit(main())
