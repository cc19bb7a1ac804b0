#!/usr/bin/env python3
"""Makes pytorch_ops.safetensors: operands and results of ops as PyTorch computes them in float32.

    pip install torch && python3 make_pytorch_values.py

A case NAME has the tensors NAME.0, NAME.1 ... (data, then parameters, in fovea's order) and
NAME.result. The tests in tests/ops apply fovea's definitions to the same operands.
"""

import json
import struct
from pathlib import Path

import torch
from torch.nn import functional as F

tensors = {}
generator = torch.Generator().manual_seed(20240229)


def random(*shape, scale=1.0):
    return (torch.rand(shape, generator=generator) * 2 - 1) * scale


def add(name, result, *operands):
    for k, operand in enumerate(operands):
        tensors[f"{name}.{k}"] = operand
    tensors[f"{name}.result"] = result


def conv(name, x, filters, kernel, bias=True, front_behind=None, groups=1, **options):
    """front_behind: (front, behind) per dimension, zeros that are added before."""
    spatial = x.dim() - 2
    weight = random(filters, x.shape[1] // groups, *kernel, scale=0.3)
    shift = random(filters) if bias else None
    padded = x
    if front_behind:
        padded = F.pad(x, [n for pair in reversed(front_behind) for n in pair])
    function = (F.conv1d, F.conv2d, F.conv3d)[spatial - 1]
    result = function(padded, weight, shift, groups=groups, **options)
    add(name, result, x, weight, *([shift] if bias else []))


def pool(name, x, function, *arguments, **options):
    add(name, function(x, *arguments, **options), x)


conv("conv.plain", random(2, 3, 7, 6), 4, (3, 3))
conv("conv.same", random(1, 3, 7, 6), 5, (3, 3), padding=1)
conv("conv.no_bias", random(1, 1, 5, 5), 1, (3, 3), bias=False)
conv("conv.stride", random(1, 3, 9, 8), 4, (3, 2), stride=(2, 3), padding=1)
conv("conv.dilation", random(1, 2, 9, 9), 3, (3, 3), dilation=(2, 3))
conv("conv.groups", random(1, 6, 6, 6), 4, (3, 3), groups=2, padding=1)
conv("conv.depthwise", random(1, 7, 6, 6), 7, (3, 3), groups=7, padding=1)
conv("conv.multiplier", random(1, 3, 6, 6), 6, (3, 3), groups=3)
conv("conv.asymmetric", random(1, 2, 6, 5), 3, (3, 4), front_behind=((2, 0), (1, 3)))
conv("conv.one_dimension", random(2, 3, 11), 4, (4,), stride=2)
conv("conv.three_dimensions", random(1, 2, 4, 5, 4), 3, (2, 3, 2), stride=(1, 2, 1),
     padding=(1, 1, 0))
# fovea's `same` with stride 2: ONNX SAME_UPPER, one more element of padding behind.
conv("conv.same_stride", random(1, 2, 6, 7), 3, (3, 3), front_behind=((0, 1), (1, 1)), stride=2)

pool("max_pool.plain", random(1, 3, 6, 6), F.max_pool2d, 2)
pool("max_pool.padded", random(1, 3, 7, 6), F.max_pool2d, 3, stride=2, padding=1)
pool("max_pool.ceil_mode", random(1, 2, 7, 6), F.max_pool2d, 3, stride=2, padding=1, ceil_mode=True)
pool("max_pool.dilation", random(1, 2, 8, 9), F.max_pool2d, 2, stride=1, dilation=(2, 3))
pool("max_pool.one_dimension", random(2, 3, 9), F.max_pool1d, 3, stride=2)
pool("max_pool.three_dimensions", random(1, 2, 4, 4, 5), F.max_pool3d, (2, 2, 3))
nan_image = random(1, 1, 4, 4)
nan_image[0, 0, 1, 2] = float("nan")
nan_image[0, 0, 3, 0] = float("-inf")
pool("max_pool.nan", nan_image, F.max_pool2d, 2)

pool("avg_pool.plain", random(1, 3, 6, 6), F.avg_pool2d, 2)
pool("avg_pool.exclude", random(1, 3, 7, 6), F.avg_pool2d, 3, 2, 1, False, False)
pool("avg_pool.include", random(1, 3, 7, 6), F.avg_pool2d, 3, 2, 1, False, True)
pool("avg_pool.ceil_exclude", random(1, 3, 7, 6), F.avg_pool2d, 3, 2, 1, True, False)
pool("avg_pool.ceil_include", random(1, 3, 7, 6), F.avg_pool2d, 3, 2, 1, True, True)
pool("avg_pool.ceil_unpadded", random(1, 2, 7, 8), F.avg_pool2d, 3, 3, 0, True, True)
pool("avg_pool.one_dimension", random(2, 3, 9), F.avg_pool1d, 3, 2, 1, False, False)
pool("avg_pool.three_dimensions", random(1, 2, 4, 4, 5), F.avg_pool3d, 2)

for name, shape in (("plain", (2, 3, 4, 5)), ("flat", (4, 7)), ("one_dimension", (2, 3, 5))):
    x, channels = random(*shape, scale=3), shape[1]
    scale, shift, mean = random(channels, scale=2), random(channels), random(channels)
    variance = random(channels).abs() + 0.1
    result = F.batch_norm(x, mean, variance, scale, shift, eps=1e-5)
    add(f"batch_norm.{name}", result, x, scale, shift, mean, variance)

for name, shape in (("plain", (3, 7)), ("batch", (2, 3, 5))):
    x, weight, shift = random(*shape), random(4, shape[-1]), random(4)
    add(f"dense.{name}", F.linear(x, weight, shift), x, weight, shift)
x, weight = random(2, 17), random(3, 17)
add("dense.no_bias", F.linear(x, weight), x, weight)

x = random(2, 3, 5, scale=8)
add("softmax.last", torch.softmax(x, -1), x)
add("softmax.first", torch.softmax(x, 0), x)
add("softmax.middle", torch.softmax(x, 1), x)
large = torch.tensor([[1000.0, 999.0, -1000.0], [-5e4, -5e4, -5e4]])
add("softmax.large", torch.softmax(large, -1), large)

special = torch.tensor([0.0, -0.0, 1e-30, -1e-30, 20.0, -20.0, 100.0, -100.0, 3e38,
                        float("inf"), float("-inf"), float("nan")])
for name, function in (("relu", torch.relu), ("tanh", torch.tanh), ("sigmoid", torch.sigmoid)):
    x = torch.cat([random(37, scale=6), special])
    add(f"{name}.values", function(x), x)

a, b = random(2, 1, 4, scale=5), random(3, 1, scale=5)
for name, function in (("add", torch.add), ("sub", torch.sub), ("mul", torch.mul),
                       ("div", torch.div), ("maximum", torch.maximum), ("minimum", torch.minimum)):
    add(f"{name}.broadcast", function(a, b), a, b)
a, b = torch.meshgrid(special, special, indexing="ij")
for name, function in (("maximum", torch.maximum), ("minimum", torch.minimum)):
    add(f"{name}.special", function(a.contiguous(), b.contiguous()), a.contiguous(), b.contiguous())

x, y, z = random(1, 2, 3, 2), random(1, 3, 3, 2), random(1, 1, 3, 2)
add("concat.channels", torch.cat((x, y, z), 1), x, y, z)
x, y = random(2, 2, 1), random(2, 2, 3)
add("concat.last", torch.cat((x, y), -1), x, y)

x = random(2, 3, 2, 2)
add("flatten.batch", torch.flatten(x, 1), x)
add("dropout.inference", F.dropout(x, 0.3, training=False), x)


def save(path):
    header, data, place = {}, [], 0
    for name, tensor in sorted(tensors.items()):
        assert tensor.dtype == torch.float32
        count = tensor.numel()
        data.append(struct.pack(f"<{count}f", *tensor.flatten().tolist()))
        header[name] = {"dtype": "F32", "shape": list(tensor.shape),
                        "data_offsets": [place, place + 4 * count]}
        place += 4 * count
    header["__metadata__"] = {"source": f"PyTorch {torch.__version__.split('+')[0]}"}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
    print(f"{path.name}: {len(header) - 1} tensors, {path.stat().st_size} bytes")


save(Path(__file__).resolve().parent / "pytorch_ops.safetensors")
