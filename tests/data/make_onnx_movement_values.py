#!/usr/bin/env python3
"""Makes onnx_movement.safetensors: results of the ops that move elements, by ONNX's reference.

    pip install onnx numpy && python3 make_onnx_movement_values.py

A case NAME has the tensors NAME.0 (the input) and NAME.result (tests/ops/movement_test.cpp).
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


def case(name, op, shape, *constants, opset=21, **attributes):
    """One node on one input; `constants` are its further inputs, None where one is left out."""
    x = numbers.uniform(-1, 1, shape).astype(np.float32)
    inputs = {f"c{k}": np.asarray(c) for k, c in enumerate(constants) if c is not None}
    names = [f"c{k}" if c is not None else "" for k, c in enumerate(constants)]
    node = helper.make_node(op, ["x", *names], ["z"], **attributes)
    value = [helper.make_tensor_value_info("x", TensorProto.FLOAT, None)]
    for key, constant in inputs.items():
        kind = helper.np_dtype_to_tensor_dtype(constant.dtype)
        value.append(helper.make_tensor_value_info(key, kind, None))
    out = [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)]
    model = helper.make_model(helper.make_graph([node], "g", value, out),
                              opset_imports=[helper.make_opsetid("", opset)])
    tensors[f"{name}.0"] = x
    tensors[f"{name}.result"] = ReferenceEvaluator(model).run(None, {"x": x, **inputs})[0]


def ints(*values):
    return np.array(values, dtype=np.int64)


case("transpose.reversed", "Transpose", (2, 3, 4))
case("transpose.last", "Transpose", (2, 3, 4, 5), perm=[0, 2, 3, 1])
case("reshape.split", "Reshape", (4, 6), ints(8, 3))
case("reshape.kept", "Reshape", (2, 3, 4), ints(0, -1))
case("squeeze.all", "Squeeze", (1, 3, 1, 4))
case("squeeze.some", "Squeeze", (1, 3, 1, 4), ints(-2))
case("unsqueeze", "Unsqueeze", (3, 4), ints(0, -2))
case("expand.both", "Expand", (3, 1), ints(2, 1, 4))
case("tile", "Tile", (2, 3), ints(2, 3))
case("slice.axes", "Slice", (4, 5, 6), ints(1, -4), ints(-1, 1000), ints(2, 0), ints(2, 1))
case("slice.back", "Slice", (4, 5), ints(-1, 3), ints(-(2**63), 0), ints(0, 1), ints(-1, -2))
case("slice.first", "Slice", (4, 5), ints(1), ints(3))
case("pad.constant", "Pad", (2, 3), ints(1, 2, 0, 3), np.float32(1.5), mode="constant")
case("pad.edge", "Pad", (2, 3), ints(1, 2, 0, 3), mode="edge")
case("pad.reflect", "Pad", (2, 4), ints(1, 2, 0, 3), mode="reflect")
case("pad.reflect_far", "Pad", (2, 3), ints(4, 7, 1, 5), mode="reflect")
case("pad.wrap", "Pad", (2, 3), ints(1, 7, 3, 2), mode="wrap", opset=19)
case("depth_to_space.dcr", "DepthToSpace", (1, 8, 2, 3), blocksize=2, mode="DCR")
case("depth_to_space.crd", "DepthToSpace", (1, 8, 2, 3), blocksize=2, mode="CRD")
case("space_to_depth", "SpaceToDepth", (1, 2, 4, 6), blocksize=2)


header, data = {}, b""
for name, tensor in tensors.items():
    content = np.ascontiguousarray(tensor, dtype=np.float32).tobytes()
    header[name] = {"dtype": "F32", "shape": list(tensor.shape),
                    "data_offsets": [len(data), len(data) + len(content)]}
    data += content
header["__metadata__"] = {"source": f"onnx.reference {onnx.__version__}"}
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
path = Path(__file__).with_name("onnx_movement.safetensors")
path.write_bytes(struct.pack("<Q", len(text)) + text + data)
print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")
