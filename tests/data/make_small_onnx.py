#!/usr/bin/env python3
"""Writes small.onnx, a model with an open batch, and any_size.onnx, the same for images of any size."""

from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

weight = numpy.array([[[[1.0, 2.0], [3.0, 4.0]]], [[[0.0, -1.0], [1.0, 0.0]]]], numpy.float32)


def write(name, shape):
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "conv.weight"], ["c"], name="/conv/Conv"),
            helper.make_node("Relu", ["c"], ["r"], name="/act/Relu"),
            helper.make_node("GlobalAveragePool", ["r"], ["g"]),
            helper.make_node("Flatten", ["g"], ["y"]),
        ],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 2])],
        [numpy_helper.from_array(weight, "conv.weight")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, Path(__file__).with_name(name))


write("small.onnx", ["N", 1, 3, 3])
write("any_size.onnx", ["N", 1, "H", "W"])
