#!/usr/bin/env python3
"""Makes onnx_gather.safetensors: operands and results of gathers as ONNX's reference computes them.

    pip install onnx && python3 make_onnx_gather_values.py

A case NAME has the tensors NAME.0 (data), NAME.1 (indices) and NAME.result.
"""

import json
import struct
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

tensors = {}
numbers = np.random.default_rng(20240229)


def case(name, op, shape, indices, dtype=np.int64, **attributes):
    x = numbers.uniform(-1, 1, shape).astype(np.float32)
    p = np.array(indices, dtype=dtype)
    kind = helper.np_dtype_to_tensor_dtype(p.dtype)
    graph = helper.make_graph(
        [helper.make_node(op, ["x", "p"], ["z"], **attributes)], "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, None),
         helper.make_tensor_value_info("p", kind, None)],
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    tensors[f"{name}.0"] = x
    tensors[f"{name}.1"] = p
    tensors[f"{name}.result"] = ReferenceEvaluator(model).run(None, {"x": x, "p": p})[0]


case("gather.rows", "Gather", (5, 3), [[4, 0, -1], [2, -5, 2]])
case("gather.columns", "Gather", (2, 4, 3), [3, -4, 1], np.int32, axis=1)
case("gather.last", "Gather", (2, 3, 4), [[0], [-1]], axis=-1)
case("gather.one", "Gather", (4, 3), 2)
case("gather.of_a_line", "Gather", (6,), [5, 5, -6])

case("gather_elements.first", "GatherElements", (3, 4), [[1, 2, 0, -1], [-3, 0, 0, 2]])
case("gather_elements.middle", "GatherElements", (2, 3, 2), [[[2, -3]], [[1, 1]]], np.int32,
     axis=1)

case("gather_nd.rows", "GatherND", (2, 3, 4), [[1, 2], [-1, -3], [0, 0]])
case("gather_nd.elements", "GatherND", (2, 3), [[[0, 1]], [[-1, -1]]])
case("gather_nd.batch", "GatherND", (2, 3, 4), [[[1], [-1]], [[0], [2]]], batch_dims=1)

kinds = {np.dtype(np.float32): "F32", np.dtype(np.int32): "I32", np.dtype(np.int64): "I64"}
header, data = {}, b""
for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].itemsize):  # aligned
    content = np.ascontiguousarray(tensor).tobytes()
    header[name] = {"dtype": kinds[tensor.dtype], "shape": list(tensor.shape),
                    "data_offsets": [len(data), len(data) + len(content)]}
    data += content
header["__metadata__"] = {"source": f"onnx.reference {onnx.__version__}"}
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
path = Path(__file__).with_name("onnx_gather.safetensors")
path.write_bytes(struct.pack("<Q", len(text)) + text + data)
print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")
