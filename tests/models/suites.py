"""ONNX's backend tests, as they come in the package `onnx`: models with inputs and results."""

from __future__ import annotations

import dataclasses
import os
import random
import warnings
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"

# What each is, for the page.
SUITES = {
    "node": "one op each, in all versions of the operator set",
    "pytorch-converted": "layers that PyTorch exported, mostly in version 6",
    "pytorch-operator": "expressions that PyTorch exported, mostly in version 6",
    "simple": "small graphs",
    "light": "whole networks, whose weights a formula gives",
}


def load(wanted: str = "") -> list:
    """Cases whose `kind/name` contain `wanted`, by suites. Of the light networks, which take the
    longest, some: which, FOVEA_TEST_SEED says; all with FOVEA_TEST_ALL."""
    cases = []
    for kind in SUITES:
        suite = [case for case in sorted(_listed(kind), key=lambda case: case.name)
                 if wanted in f"{kind}/{case.name}"]
        cases += map(_filled, _sample(suite) if kind == "light" and not wanted else suite)
    return cases


def _listed(kind: str) -> list:
    from onnx.backend.test.loader import load_model_tests

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of numpy, about values that tests want
        cases = load_model_tests(kind="real" if kind == "light" else kind)
    return [dataclasses.replace(case, kind=kind) for case in cases]


LIGHT_AT_ONCE = 2


def _sample(suite: list) -> list:
    if os.environ.get("FOVEA_TEST_ALL"):
        return suite
    seed = os.environ.get("FOVEA_TEST_SEED") or str(random.SystemRandom().randrange(1 << 16))
    print(f"light: {LIGHT_AT_ONCE} of {len(suite)} networks, FOVEA_TEST_SEED={seed}")
    return sorted(random.Random(seed).sample(suite, LIGHT_AT_ONCE), key=lambda case: case.name)


def _filled(case):
    """With the model and data that the case names."""
    if case.model is not None:
        return case
    if case.kind == "light":
        path = DATA / "light" / Path(case.url).name
        model = onnx.load(path)
        inputs = [_numbered(value) for value in free_inputs(model.graph)]
        outputs = [_read(path.with_name(f"{path.stem}_output_{k}.pb"), value)
                   for k, value in enumerate(model.graph.output)]
        return dataclasses.replace(case, model=model, data_sets=[(inputs, outputs)])
    folder = Path(case.model_dir)
    model = onnx.load(folder / "model.onnx")
    data_sets = []
    for data in sorted(folder.glob("test_data_set_*")):
        data_sets.append(tuple(
            [_read(data / f"{what}_{k}.pb", value) for k, value in enumerate(values)]
            for what, values in (("input", free_inputs(model.graph)), ("output", model.graph.output))))
    return dataclasses.replace(case, model=model, data_sets=data_sets)


def free_inputs(graph) -> list:
    """Those that are no initializers, which old models list as inputs, too."""
    known = {tensor.name for tensor in graph.initializer}
    return [value for value in graph.input if value.name not in known]


def _numbered(value) -> numpy.ndarray:
    """What onnx.backend.test.runner makes up for light models."""
    shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
    count = numpy.prod(shape)
    return (numpy.arange(count).reshape(shape) / count).astype(numpy.float32)


def _read(path: Path, value):
    data = path.read_bytes()
    kind = value.type.WhichOneof("value")
    if kind == "sequence_type":
        return numpy_helper.to_list(onnx.SequenceProto.FromString(data))
    return numpy_helper.to_array(onnx.TensorProto.FromString(data))
