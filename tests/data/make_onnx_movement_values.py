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
case("space_to_depth.dcr", "SpaceToDepth", (1, 2, 4, 6), blocksize=2)
case("space_to_depth.crd", "SpaceToDepth", (1, 2, 4, 6), blocksize=2, mode="CRD", opset=28)



def resize(name, shape, sizes=None, scales=None, roi=None, **attributes):
    case(f"resize.{name}", "Resize", shape, None if roi is None else np.float32(roi),
         None if scales is None else np.float32(scales), None if sizes is None else ints(*sizes),
         opset=19, **attributes)


COORDINATES = ("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
               "asymmetric")
for mode in ("nearest", "linear", "cubic"):
    for coordinates in COORDINATES:
        resize(f"{mode}.{coordinates}.up", (1, 1, 4, 5), sizes=(1, 1, 9, 7), mode=mode,
               coordinate_transformation_mode=coordinates)
        # One element: the reference takes -0.5 for pytorch_half_pixel, where the operator's text has 0.
        one = 2 if coordinates == "pytorch_half_pixel" else 1
        resize(f"{mode}.{coordinates}.down", (1, 1, 7, 8), sizes=(1, 1, 3, one), mode=mode,
               coordinate_transformation_mode=coordinates)
    # Scales that floats hold exactly: the reference computes with those.
    resize(f"{mode}.scales", (5, 7), scales=(0.625, 2.25), mode=mode)
    resize(f"{mode}.corners", (5, 7), scales=(0.625, 2.25), mode=mode,
           coordinate_transformation_mode="align_corners")
    resize(f"{mode}.symmetric", (5, 7), scales=(0.625, 2.375), mode=mode,
           coordinate_transformation_mode="half_pixel_symmetric")
    resize(f"{mode}.crop", (4, 5), sizes=(3, 6), roi=(0.25, -0.5, 0.75, 1.25), mode=mode,
           coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=10.0)
for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"):
    resize(f"nearest.{rounding}", (4, 6), sizes=(8, 4), mode="nearest", nearest_mode=rounding)
    resize(f"nearest.asymmetric.{rounding}", (4, 6), sizes=(8, 4), mode="nearest",
           nearest_mode=rounding, coordinate_transformation_mode="asymmetric")
resize("linear.volume", (1, 1, 2, 3, 4), scales=(1, 1, 2, 2, 0.5), mode="linear")
resize("cubic.coefficient", (4, 5), sizes=(9, 8), mode="cubic", cubic_coeff_a=-0.5)
resize("cubic.exclude", (4, 5), sizes=(9, 3), mode="cubic", exclude_outside=1)
resize("linear.antialias", (7, 9), sizes=(3, 12), mode="linear", antialias=1)
resize("cubic.antialias", (7, 9), sizes=(3, 4), mode="cubic", antialias=1)
resize("cubic.antialias_exclude", (7, 9), scales=(0.625, 0.75), mode="cubic", antialias=1,
       exclude_outside=1)

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
