#!/usr/bin/env python3
"""Makes onnx_pointwise.safetensors: operands and results of pointwise ops, from ONNX's reference.

    pip install onnx && python3 make_onnx_pointwise_values.py

A case NAME has the tensors NAME.0, NAME.1 ... and NAME.result, as in pytorch_ops.safetensors. The
test tests/ops/pointwise_test.cpp applies fovea's definitions to the same operands.
"""

import json
import struct
from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from onnx.reference import ReferenceEvaluator

generator = np.random.default_rng(20240229)
tensors = {}
inf, nan = np.inf, np.nan
special = [0.0, -0.0, 1e-30, -1e-30, 20.0, -20.0, 100.0, -100.0, 3e38, inf, -inf, nan]


def floats(scale, low=None, count=14):
    values = generator.uniform(-scale if low is None else low, scale, count)
    return np.array([*values, *special], np.float32)


def integers(low, high, count, dtype):
    return generator.integers(low, high, count).astype(dtype)


def case(name, op, *operands, **attributes):
    inputs = [f"x{k}" for k in range(len(operands))]
    node = helper.make_node(op, inputs, ["y"], **attributes)
    kinds = [helper.np_dtype_to_tensor_dtype(operand.dtype) for operand in operands]
    graph = helper.make_graph(
        [node], "case",
        [helper.make_tensor_value_info(n, k, o.shape) for n, k, o in zip(inputs, kinds, operands)],
        [helper.make_tensor_value_info("y", attributes.get("to", kinds[-1]), None)])
    with np.errstate(all="ignore"):
        result = ReferenceEvaluator(helper.make_model(graph)).run(None, dict(zip(inputs, operands)))
    for k, operand in enumerate(operands):
        tensors[f"{name}.{k}"] = operand
    tensors[f"{name}.result"] = np.asarray(result[0])


for name, op, scale in (
        ("neg", "Neg", 3), ("abs", "Abs", 3), ("exp", "Exp", 6), ("log", "Log", 6),
        ("sqrt", "Sqrt", 6), ("reciprocal", "Reciprocal", 3), ("floor", "Floor", 6),
        ("ceil", "Ceil", 6), ("sign", "Sign", 3), ("sin", "Sin", 9), ("cos", "Cos", 9),
        ("tan", "Tan", 1.5), ("asin", "Asin", 1.1), ("acos", "Acos", 1.1), ("atan", "Atan", 6),
        ("sinh", "Sinh", 6), ("cosh", "Cosh", 6), ("asinh", "Asinh", 6), ("acosh", "Acosh", 6),
        ("atanh", "Atanh", 1.1), ("erf", "Erf", 3), ("is_nan", "IsNaN", 3), ("is_inf", "IsInf", 3),
        ("identity", "Identity", 3), ("hard_swish", "HardSwish", 6),
        ("softsign", "Softsign", 6), ("leaky_relu", "LeakyRelu", 6), ("elu", "Elu", 6),
        ("selu", "Selu", 6), ("celu", "Celu", 6), ("gelu", "Gelu", 4),
        ("hard_sigmoid", "HardSigmoid", 6), ("thresholded_relu", "ThresholdedRelu", 3),
        ("shrink", "Shrink", 2), ("silu", "Swish", 6)):
    case(name, op, floats(scale))
# The reference's log(exp(x) + 1) overflows, and its mish inherits that.
small = np.array([*generator.uniform(-6, 6, 14), 20, -20, 80, -80, 0, nan], np.float32)
case("softplus", "Softplus", small)
case("mish", "Mish", small)
case("round", "Round", np.array([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 8388609, *special],
                                np.float32))
case("is_inf.negative", "IsInf", floats(1), detect_positive=0)
case("is_inf.positive", "IsInf", floats(1), detect_negative=0)
case("is_inf.neither", "IsInf", floats(1), detect_negative=0, detect_positive=0)
case("leaky_relu.alpha", "LeakyRelu", floats(6), alpha=0.2)
case("elu.alpha", "Elu", floats(6), alpha=0.7)
case("selu.alpha", "Selu", floats(6), alpha=2.0, gamma=3.0)
case("celu.alpha", "Celu", floats(6), alpha=2.0)
case("gelu.tanh", "Gelu", floats(4), approximate="tanh")
case("hard_sigmoid.alpha", "HardSigmoid", floats(3), alpha=0.5, beta=0.6)
case("thresholded_relu.alpha", "ThresholdedRelu", floats(4), alpha=2.0)
case("shrink.bias", "Shrink", floats(4), lambd=1.5, bias=1.5)
for name, dtype in (("i8", np.int8), ("i32", np.int32), ("i64", np.int64)):
    x = integers(-128, 128, 9, dtype)
    case(f"neg.{name}", "Neg", x)
    case(f"abs.{name}", "Abs", x)
    case(f"sign.{name}", "Sign", x)
booleans = np.array([True, False])
case("logical_not", "Not", booleans)

few = np.array([0.0, -0.0, 1, -2.5, inf, -inf, nan], np.float32)
a, b = np.repeat(few, len(few)), np.tile(few, len(few))  # every pair
x, y = floats(3, count=8)[:8].reshape(2, 1, 4), floats(3, count=3)[:3].reshape(3, 1)
for name, op in (("equal", "Equal"), ("less", "Less"), ("less_equal", "LessOrEqual"),
                 ("greater", "Greater"), ("greater_equal", "GreaterOrEqual")):
    case(name, op, a, b)
    case(f"{name}.broadcast", op, np.round(x), np.round(y))
    case(f"{name}.i32", op, integers(-3, 3, 9, np.int32), integers(-3, 3, 9, np.int32))
for name, op in (("logical_and", "And"), ("logical_or", "Or"), ("logical_xor", "Xor")):
    case(name, op, booleans.reshape(2, 1), booleans)
case("pow", "Pow", np.abs(x), y)
case("pow.special", "Pow", a, b)
case("pow.f32_i64", "Pow", x, np.array([2, 0, -1, 3], np.int64))
case("pow.i32_f32", "Pow", np.array([1, 2, 3, 10], np.int32), np.array([4, 5, 6, 0.5], np.float32))
case("pow.i64", "Pow", np.array([-3, 2, 7, 0], np.int64), np.array([3, 10, 2, 0], np.int64))
for name, dtype, low in (("i8", np.int8, -128), ("u8", np.uint8, 0), ("i32", np.int32, -99),
                         ("i64", np.int64, -99)):
    p, q = integers(low, 99, 12, dtype), integers(max(low, -7), 8, 12, dtype)
    q[q == 0] = 5
    case(f"mod.{name}", "Mod", p, q)
    case(f"mod.fmod_{name}", "Mod", p, q, fmod=1)
case("mod.fmod", "Mod", a, b, fmod=1)
case("mod.fmod_broadcast", "Mod", x * 9, y, fmod=1)
case("prelu", "PRelu", floats(3).reshape(2, 13), np.array([[0.25], [-2]], np.float32))
case("where", "Where", np.array([[True], [False], [True]]), x, y)
case("where.i64", "Where", booleans, np.array([[3], [4]], np.int64), np.array([7, 8], np.int64))
case("clip", "Clip", floats(3), np.float32(-1), np.float32(2))
case("clip.crossed", "Clip", floats(3), np.float32(2), np.float32(1))
case("clip.i8", "Clip", integers(-128, 128, 9, np.int8), np.int8(-3), np.int8(90))

for name, to in (("i32", np.int32), ("i64", np.int64), ("f64", np.float64), ("bool", np.bool_)):
    to_type = helper.np_dtype_to_tensor_dtype(np.dtype(to))
    case(f"cast.f32_{name}", "Cast",
         np.array([0, -0.0, 0.4, -0.7, 1.5, 2.5, -3.99, 1e6], np.float32), to=to_type)
for name, to in (("i8", np.int8), ("u8", np.uint8), ("i32", np.int32), ("f32", np.float32),
                 ("bool", np.bool_)):
    to_type = helper.np_dtype_to_tensor_dtype(np.dtype(to))
    case(f"cast.i64_{name}", "Cast", np.array([0, 1, -1, 127, -128, 300, 1 << 31], np.int64),
         to=to_type)
    case(f"cast.bool_{name}", "Cast", booleans, to=to_type)
for name in [name for name in tensors if name.startswith("clip") and name[-2:] in (".1", ".2")]:
    del tensors[name]  # fovea's bounds are attributes


def save(path):
    kinds = {"float32": "F32", "float64": "F64", "int8": "I8", "uint8": "U8", "int32": "I32",
             "int64": "I64", "bool": "BOOL"}
    header, data, place = {}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: (-item[1].itemsize, item[0])):
        data.append(tensor.tobytes())
        header[name] = {"dtype": kinds[tensor.dtype.name], "shape": list(tensor.shape),
                        "data_offsets": [place, place + tensor.nbytes]}
        place += tensor.nbytes
    header["__metadata__"] = {"source": f"onnx {onnx.__version__}"}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
    print(f"{path.name}: {len(header) - 1} tensors, {path.stat().st_size} bytes")


save(Path(__file__).resolve().parent / "onnx_pointwise.safetensors")
