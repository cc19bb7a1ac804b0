"""What the engines compute: the files of a network, and its result in float64."""

from __future__ import annotations

import gzip
import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy import ndarray as Array
from onnx import TensorProto, helper, numpy_helper

from . import reference
from .environment import ROOT
from .layers import Layer


@dataclass(frozen=True)
class Job:
    """`command` is what workers get; every path in it is a file in the job's folder."""

    command: dict
    expected: Array
    folder: Path


def _write(folder: Path, kind: str, x: Array, weights: dict[str, Array], nodes: list,
           expected: Array, **more: object) -> Job:
    """`nodes` compute `y` from `x` and the weights, by their names."""
    paths = {name: str(folder / f"{name}.npy") for name in ("x", *weights)}
    for name, array in {"x": x, **weights}.items():
        np.save(paths[name], np.ascontiguousarray(array, dtype=np.float32))
    tensor = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, kind,
        [tensor("x", TensorProto.FLOAT, x.shape)],
        [tensor("y", TensorProto.FLOAT, expected.shape)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, folder / "model.onnx")
    command = {"do": "prepare", "kind": kind, "input": paths.pop("x"), "weights": paths,
               "onnx": str(folder / "model.onnx"), "output_shape": list(expected.shape),
               **more}
    return Job(command, expected, folder)


def layer_job(layer: Layer, folder: Path, seed: int) -> Job:
    """Input and weights are normally distributed, so that outputs are of the order of one."""
    random = np.random.default_rng(seed)
    fan_in = layer.weight_shape[1] * layer.kernel[0] * layer.kernel[1]
    x = random.standard_normal(layer.input_shape, dtype=np.float32)
    weight = random.standard_normal(layer.weight_shape, dtype=np.float32) / np.float32(fan_in**0.5)
    bias = random.standard_normal(layer.filters, dtype=np.float32) if layer.bias else None
    weights = {"conv.weight": weight} | ({} if bias is None else {"conv.bias": bias})
    node = helper.make_node(
        "Conv", ["x", *weights], ["y"], kernel_shape=layer.kernel, strides=layer.stride,
        pads=layer.padding * 2, dilations=layer.dilation, group=layer.groups,
    )
    expected = reference.convolve(x, weight, bias, layer)
    return _write(folder, "conv", x, weights, [node], expected, layer=layer.to_json())


def call_job(folder: Path) -> Job:
    """The least there is to compute: what a call of an engine itself costs."""
    x = np.ones((1, 1, 1, 1), np.float32)
    return _write(folder, "call", x, {}, [helper.make_node("Relu", ["x"], ["y"])], x)


def lenet5_job(batch: int, folder: Path) -> Job:
    """LeNet-5, trained, on the first digits of MNIST's test set."""
    data = ROOT / "examples" / "data"
    weights = _read_safetensors(data / "lenet5.safetensors")
    pixels = gzip.decompress((data / "t10k-images-idx3-ubyte.gz").read_bytes())[16:]
    images = np.frombuffer(pixels, np.uint8)[: batch * 28 * 28]
    x = images.reshape(batch, 1, 28, 28).astype(np.float32) / np.float32(255)
    return _write(folder, "lenet5", x, weights, _lenet5_nodes(), reference.lenet5(x, weights),
                  batch=batch)


def _lenet5_nodes() -> list:
    nodes: list = []
    value = "x"

    def add(op: str, *more: str, **attributes: object) -> None:
        nonlocal value
        result = f"v{len(nodes)}"
        nodes.append(helper.make_node(op, [value, *more], [result], **attributes))
        value = result

    def layer(op: str, name: str, **attributes: object) -> None:
        add(op, f"{name}.weight", f"{name}.bias", **attributes)

    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    layer("Conv", "conv1", kernel_shape=[5, 5], pads=[2, 2, 2, 2])
    add("Tanh")
    add("AveragePool", **pool)
    layer("Conv", "conv2", kernel_shape=[5, 5])
    add("Tanh")
    add("AveragePool", **pool)
    layer("Conv", "conv3", kernel_shape=[5, 5])
    add("Tanh")
    add("Flatten")
    layer("Gemm", "fc1", transB=1)
    add("Tanh")
    layer("Gemm", "fc2", transB=1)
    nodes.append(helper.make_node("Softmax", [value], ["y"], axis=1))
    return nodes


def _read_safetensors(path: Path) -> dict[str, Array]:
    """The format: the length of a JSON header, the header, the data; here all of it is float32."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    data = content[8 + length :]
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
    }
