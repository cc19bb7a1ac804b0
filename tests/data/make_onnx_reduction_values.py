#!/usr/bin/env python3
"""Makes onnx_reductions.safetensors: operands and results of ops as ONNX's reference computes them.

    pip install onnx numpy && python3 make_onnx_reduction_values.py

A case NAME has the tensors NAME.0, NAME.1 ... (data, then parameters, in fovea's order) and
NAME.result. The tests in tests/ops apply fovea's definitions to the same operands.
"""

import json
import struct
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

OPSET = 22
KINDS = {"float32": "F32", "float64": "F64", "int64": "I64", "int32": "I32", "bool": "BOOL"}
tensors = {}
generator = np.random.default_rng(20240512)


def random(*shape, scale=1.0, dtype=np.float32):
    return ((generator.random(shape) * 2 - 1) * scale).astype(dtype)


def integers(*shape, dtype=np.int32, low=-9, high=10):
    return generator.integers(low, high, shape).astype(dtype)


def add(name, kind, operands, constants=(), **attributes):
    """`constants`: ONNX inputs behind the operands that are attributes of fovea's op."""
    operands = [np.asarray(operand) for operand in operands]
    inputs = [f"x{k}" for k in range(len(operands))]
    values = [numpy_helper.from_array(np.array(c), f"c{k}") for k, c in enumerate(constants)]
    node = helper.make_node(kind, inputs + [v.name for v in values], ["z"], **attributes)
    infos = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(o.dtype), o.shape)
             for n, o in zip(inputs, operands)]
    graph = helper.make_graph([node], "case", infos, [helper.make_empty_tensor_value_info("z")],
                              values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    result = ReferenceEvaluator(model).run(None, dict(zip(inputs, operands)))[0]
    for k, operand in enumerate(operands):
        tensors[f"{name}.{k}"] = operand
    # The type that ONNX states, where numpy's sums of integers are wider.
    same = kind.startswith("Reduce")
    tensors[f"{name}.result"] = result.astype(operands[0].dtype) if same else np.asarray(result)


x = random(2, 3, 4, scale=2)
with_nan = x.copy()
with_nan[0, 1, 2] = np.nan
with_nan[1, 0, 0] = np.inf
for kind in ("Sum", "Mean", "Prod", "Max", "Min", "L1", "L2", "LogSum", "LogSumExp", "SumSquare"):
    data = np.abs(x) if kind == "LogSum" else x
    for case, axes, keep in (("all", None, 0), ("kept", None, 1), ("last", [-1], 0),
                             ("outer", [0, 2], 1)):
        add(f"Reduce{kind}.{case}", f"Reduce{kind}", [data],
            [] if axes is None else [np.array(axes, np.int64)], keepdims=keep)
    add(f"Reduce{kind}.nan", f"Reduce{kind}", [with_nan], [np.array([1], np.int64)], keepdims=0)
    if not kind.startswith("Log"):
        add(f"Reduce{kind}.i32", f"Reduce{kind}", [integers(3, 4)], [np.array([1], np.int64)],
            keepdims=0)
large = random(2, 5, scale=500)
add("ReduceLogSumExp.large", "ReduceLogSumExp", [large], [np.array([1], np.int64)], keepdims=0)
flags = np.array([[True, False, True], [False, False, False], [True, True, True]])
for kind in ("Max", "Min"):
    add(f"Reduce{kind}.bool", f"Reduce{kind}", [flags], [np.array([1], np.int64)], keepdims=0)

add("MatMul.plain", "MatMul", [random(3, 4), random(4, 5)])
add("MatMul.batched", "MatMul", [random(2, 3, 4), random(2, 4, 2)])
add("MatMul.broadcast", "MatMul", [random(2, 1, 3, 4), random(3, 4, 2)])
add("MatMul.row", "MatMul", [random(4), random(2, 4, 3)])
add("MatMul.column", "MatMul", [random(2, 3, 4), random(4)])
add("MatMul.dot", "MatMul", [random(4), random(4)])
add("MatMul.f64", "MatMul", [random(3, 4, dtype=np.float64), random(4, 2, dtype=np.float64)])
add("MatMul.i32", "MatMul", [integers(3, 4), integers(4, 2)])
add("MatMul.i64", "MatMul", [integers(3, 4, dtype=np.int64), integers(4, 2, dtype=np.int64)])

a, b = random(3, 4), random(4, 5)
add("Gemm.product", "Gemm", [a, b])
add("Gemm.sum", "Gemm", [a, b, random(5)], alpha=0.25, beta=0.35)
add("Gemm.turned", "Gemm", [a.T.copy(), b.T.copy(), random(3, 1)], transA=1, transB=1, alpha=0.5)
add("Gemm.scalar", "Gemm", [a, b, np.float32(0.75)], beta=2.0)
add("Gemm.matrix", "Gemm", [a, b.T.copy(), random(3, 5)], transB=1)

image = random(2, 3, 4, 5)
add("GlobalAveragePool.plain", "GlobalAveragePool", [image])
add("GlobalMaxPool.plain", "GlobalMaxPool", [image])

channels = random(2, 6, 3, scale=3)
# As many images as channels: the reference goes over the first of these numbers of channels.
add("LRN.plain", "LRN", [random(5, 5, 2, 1, scale=20)], size=3)
add("LRN.even", "LRN", [random(6, 6, 1, 2, scale=20)], size=4, alpha=0.02, beta=0.6, bias=2.0)
add("LRN.wide", "LRN", [random(3, 3, 2, 2, scale=20)], size=9, alpha=0.1, beta=0.5)
six = [random(6) + 1, random(6)]
add("InstanceNormalization.plain", "InstanceNormalization", [channels, *six], epsilon=1e-2)
add("GroupNormalization.plain", "GroupNormalization", [channels, *six], num_groups=2, epsilon=1e-3)
lines = random(2, 3, 4, scale=3)
add("LayerNormalization.last", "LayerNormalization", [lines, random(4), random(4)])
add("LayerNormalization.two", "LayerNormalization", [lines, random(3, 4), random(3, 4)], axis=1,
    epsilon=0.1)
add("LayerNormalization.no_bias", "LayerNormalization", [lines, random(2, 3, 4)], axis=-3)
positive = np.abs(lines)
positive[0, 1] = 0
add("LpNormalization.l2", "LpNormalization", [positive], axis=-1, p=2)
add("LpNormalization.l1", "LpNormalization", [positive], axis=1, p=1)

ties = np.array([[1, 3, 3, 2], [5, 5, 0, 5], [-1, -2, -1, -2]], np.float32)
for kind in ("ArgMax", "ArgMin"):
    add(f"{kind}.first", kind, [ties], axis=0, keepdims=0)
    add(f"{kind}.last_index", kind, [ties], axis=-1, keepdims=1, select_last_index=1)
    add(f"{kind}.ties", kind, [ties], axis=1, keepdims=0)
    add(f"{kind}.nan", kind, [with_nan], axis=2, keepdims=1)
    add(f"{kind}.i32", kind, [integers(3, 4)], axis=1, keepdims=0)
add("LogSoftmax.last", "LogSoftmax", [lines], axis=-1)
add("LogSoftmax.middle", "LogSoftmax", [lines], axis=1)
add("Hardmax.ties", "Hardmax", [ties], axis=-1)
add("Hardmax.first", "Hardmax", [ties], axis=0)

field = random(1, 2, 7, 8)
line = random(2, 2, 9)
block = random(1, 2, 5, 4, 6)
for kind, own in (("AveragePool", {}), ("AveragePool", {"count_include_pad": 1}), ("MaxPool", {}),
                  ("LpPool", {"p": 3})):
    name = kind + ("_counting" if "count_include_pad" in own else "")
    add(f"{name}.plain", kind, [field], kernel_shape=[2, 3], strides=[2, 3], **own)
    if kind != "MaxPool":  # the reference turns its asymmetric pads around
        add(f"{name}.asymmetric", kind, [field], kernel_shape=[3, 3], pads=[0, 2, 1, 0], **own)
    add(f"{name}.lower", kind, [field], kernel_shape=[2, 2], auto_pad="SAME_LOWER", **own)
    add(f"{name}.upper", kind, [field], kernel_shape=[2, 2], auto_pad="SAME_UPPER", **own)
    add(f"{name}.dilated", kind, [field], kernel_shape=[2, 2], dilations=[3, 2],
        pads=[1, 1, 1, 1], **own)
    add(f"{name}.line", kind, [line], kernel_shape=[3], strides=[2], pads=[1, 1], **own)
    add(f"{name}.block", kind, [block], kernel_shape=[2, 2, 2], strides=[2, 1, 2], **own)
    if kind == "LpPool":  # the reference scales the norms of partial windows
        continue
    add(f"{name}.ceil", kind, [field], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1, **own)
    add(f"{name}.ceil_padded", kind, [random(1, 1, 6, 6)], kernel_shape=[3, 3], strides=[2, 2],
        ceil_mode=1, pads=[1, 1, 1, 1], **own)
add("LpPool.l1", "LpPool", [field], kernel_shape=[2, 2], p=1)
add("LpPool.l2", "LpPool", [field], kernel_shape=[2, 2])


def transposed(name, x, filters, kernel, groups=1, bias=True, **attributes):
    weight = random(x.shape[1], filters // groups, *kernel)
    shift = random(filters)
    results = []
    # The reference splits the weights of groups where the results are split: one at a time.
    for g in range(groups):
        part = slice(g * x.shape[1] // groups, (g + 1) * x.shape[1] // groups)
        own = shift[g * filters // groups:(g + 1) * filters // groups]
        add(name, "ConvTranspose", [x[:, part], weight[part]] + ([own] if bias else []),
            **attributes)
        results.append(tensors[f"{name}.result"])
    for k, operand in enumerate([x, weight] + ([shift] if bias else [])):
        tensors[f"{name}.{k}"] = operand
    tensors[f"{name}.result"] = np.concatenate(results, 1)


transposed("ConvTranspose.plain", random(1, 2, 3, 4), 3, (3, 3))
transposed("ConvTranspose.no_bias", random(2, 1, 3, 3), 1, (3, 2), bias=False)
transposed("ConvTranspose.doubled", random(1, 3, 3, 4), 2, (2, 2), strides=[2, 2])
transposed("ConvTranspose.dcgan", random(1, 3, 4, 3), 2, (4, 4), strides=[2, 2], pads=[1, 1, 1, 1])
transposed("ConvTranspose.stride", random(1, 2, 3, 3), 2, (3, 3), strides=[3, 2],
           output_padding=[1, 1])
transposed("ConvTranspose.asymmetric", random(1, 2, 4, 3), 2, (3, 4), strides=[2, 1],
           pads=[0, 2, 2, 1])
transposed("ConvTranspose.apart", random(1, 2, 3, 3), 2, (2, 2), strides=[3, 3])
transposed("ConvTranspose.dilation", random(1, 2, 4, 3), 2, (2, 3), dilations=[2, 3])
transposed("ConvTranspose.both", random(1, 2, 3, 4), 2, (3, 2), strides=[2, 3], dilations=[3, 2],
           pads=[1, 0, 2, 1])
transposed("ConvTranspose.groups", random(1, 4, 3, 3), 6, (3, 3), groups=2, strides=[2, 2],
           pads=[1, 1, 1, 1])
transposed("ConvTranspose.depthwise", random(1, 3, 3, 3), 3, (4, 4), groups=3, strides=[2, 2])
transposed("ConvTranspose.line", random(2, 2, 5), 3, (3,), strides=[2])
transposed("ConvTranspose.block", random(1, 2, 2, 3, 2), 2, (3, 2, 2), strides=[2, 2, 1])
transposed("ConvTranspose.same", random(1, 2, 3, 3), 2, (3, 3), strides=[2, 2],
           auto_pad="SAME_UPPER")


def save(path):
    header, data, place = {}, [], 0
    for name, tensor in sorted(tensors.items()):
        content = np.ascontiguousarray(tensor).tobytes()
        data.append(content)
        header[name] = {"dtype": KINDS[tensor.dtype.name], "shape": list(tensor.shape),
                        "data_offsets": [place, place + len(content)]}
        place += len(content)
    header["__metadata__"] = {"source": f"ONNX {onnx.__version__}, opset {OPSET}"}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
    print(f"{path.name}: {len(header) - 1} tensors, {path.stat().st_size} bytes")


save(Path(__file__).resolve().parent / "onnx_reductions.safetensors")
