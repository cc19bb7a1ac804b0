#!/usr/bin/env python3
"""Makes pytorch_convolutions.safetensors: convolutions and their kin, computed in float64.

    pip install torch torchvision && python3 make_pytorch_convolution_values.py

By PyTorch and torchvision where they have the op; else by loops over its published formula, element
by element. A case NAME has the tensors NAME.0, NAME.1 ... (data, then parameters, in fovea's order)
and NAME.result. The tests in tests/ops apply fovea's definitions to the same operands.
"""

import itertools
import json
import math
import struct
from pathlib import Path

import torch
import torchvision
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
tensors = {}
generator = torch.Generator().manual_seed(20240229)


def random(*shape, scale=1.0):
    """Elements that float32 holds."""
    return ((torch.rand(shape, generator=generator) * 2 - 1) * scale).float().double()


def add(name, result, *operands):
    for k, operand in enumerate(operands):
        assert torch.equal(operand.float().double().nan_to_num(), operand.nan_to_num())
        tensors[f"{name}.{k}"] = operand
    tensors[f"{name}.result"] = result


def places(shape):
    return itertools.product(*map(range, shape))


def each(number, spatial):
    return (number,) * spatial if isinstance(number, int) else number


def slide(x, kernel, stride=1, dilation=1, padding=0):
    """Outputs, and a function that gives the input's place under kernel element m at output j, or
    None where it is outside."""
    space = x.shape[2:]
    n = len(space)
    stride, dilation, padding = each(stride, n), each(dilation, n), each(padding, n)
    outputs = [(space[d] + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) // stride[d] + 1
               for d in range(n)]

    def place(j, m):
        at = tuple(j[d] * stride[d] + m[d] * dilation[d] - padding[d] for d in range(n))
        return at if all(0 <= a < e for a, e in zip(at, space)) else None
    return outputs, place


def direct(name, x, filters, kernel, weights_of, bias_of, weight, bias, groups=1, **window):
    """Z(b,i,j) = bias_of(i,j) + sum X * weights_of(i,l,m,j), term by term."""
    outputs, place = slide(x, kernel, **window)
    own = x.shape[1] // groups
    result = torch.zeros(x.shape[0], filters, *outputs)
    for b, i in places((x.shape[0], filters)):
        first = i // (filters // groups) * own
        for j in places(outputs):
            total = 0.0 if bias is None else bias[bias_of(i, j)].item()
            for l, m in itertools.product(range(own), places(kernel)):
                at = place(j, m)
                if at is not None:
                    total += x[(b, first + l, *at)].item() * weight[weights_of(i, l, m, j)].item()
            result[(b, i, *j)] = total
    add(name, result, x, weight, *([] if bias is None else [bias]))


def unshared(name, x, filters, kernel, groups=1, **window):
    outputs, _ = slide(x, kernel, **window)
    direct(name, x, filters, kernel, lambda i, l, m, j: (i, *j, l, *m), lambda i, j: (i, *j),
           random(filters, *outputs, x.shape[1] // groups, *kernel), random(filters, *outputs),
           groups, **window)


def tiled(name, x, filters, kernel, period, groups=1, **window):
    turn = lambda j: tuple(a % t for a, t in zip(j, period))
    direct(name, x, filters, kernel, lambda i, l, m, j: (i, l, *m, *turn(j)),
           lambda i, j: (i, *turn(j)), random(filters, x.shape[1] // groups, *kernel, *period),
           random(filters, *period), groups, **window)


def flipped(name, x, filters, kernel, groups=1, **window):
    direct(name, x, filters, kernel,
           lambda i, l, m, j: (i, l, *(k - 1 - a for k, a in zip(kernel, m))), lambda i, j: (i,),
           random(filters, x.shape[1] // groups, *kernel), random(filters), groups, **window)


unshared("unshared_conv.plain", random(2, 2, 4, 5), 3, (3, 2))
unshared("unshared_conv.window", random(1, 2, 6, 5), 2, (3, 2), stride=(2, 1), dilation=(1, 2),
         padding=1)
unshared("unshared_conv.groups", random(1, 4, 3, 3), 6, (2, 2), groups=2)
unshared("unshared_conv.one_dimension", random(2, 3, 7), 2, (3,), stride=2)
unshared("unshared_conv.three_dimensions", random(1, 1, 3, 3, 4), 2, (2, 2, 2))

tiled("tiled_conv.plain", random(2, 2, 5, 6), 3, (3, 2), (2, 3))
tiled("tiled_conv.window", random(1, 2, 7, 6), 2, (2, 3), (3, 1), stride=(1, 2), padding=1)
tiled("tiled_conv.groups", random(1, 4, 5, 4), 2, (2, 2), (2, 2), groups=2)
tiled("tiled_conv.one_dimension", random(2, 3, 9), 2, (3,), (4,))
tiled("tiled_conv.three_dimensions", random(1, 1, 3, 4, 4), 2, (2, 2, 2), (1, 2, 2))

flipped("flipped_conv.plain", random(2, 2, 5, 6), 3, (3, 2))
flipped("flipped_conv.window", random(1, 2, 7, 6), 2, (3, 2), stride=(2, 1), dilation=(1, 2),
        padding=(2, 1))
flipped("flipped_conv.groups", random(1, 4, 5, 4), 2, (2, 3), groups=2)
flipped("flipped_conv.one_dimension", random(1, 1, 7), 1, (4,), padding=3)

for name, shape, options in (("plain", (1, 3, 6, 6), {"kernel_size": 2}),
                             ("padded", (1, 3, 7, 6), {"kernel_size": 3, "stride": 2, "padding": 1}),
                             ("dilation", (1, 2, 8, 9),
                              {"kernel_size": 2, "stride": 1, "dilation": (2, 3)})):
    x = random(*shape)
    add(f"min_pool.{name}", -F.max_pool2d(-x, **options), x)
x = random(1, 1, 4, 4)
x[0, 0, 1, 2], x[0, 0, 3, 0] = float("nan"), float("inf")
add("min_pool.nan", -F.max_pool2d(-x, 2), x)

for kind, line, image, volume in (
        ("avg", F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d),
        ("max", F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)):
    for name, function, shape, outputs in (
            ("divides", image, (2, 3, 8, 6), (4, 3)), ("overlaps", image, (1, 3, 7, 10), (3, 4)),
            ("larger", image, (1, 2, 3, 5), (5, 7)), ("one", image, (1, 2, 5, 4), (1, 1)),
            ("same", image, (1, 2, 5, 4), (5, 4)), ("line", line, (2, 3, 11), (4,)),
            ("volume", volume, (1, 2, 5, 4, 7), (2, 4, 3))):
        x = random(*shape)
        add(f"adaptive_{kind}_pool.{name}", function(x, outputs), x)

x = random(2, 6, 3, 2)
add("maxout.channels", x.reshape(2, 3, 2, 3, 2).amax(2), x)
x = random(4, 15)
add("maxout.features", x.reshape(4, 3, 5).amax(-1), x)

columns = (("plain", (2, 3, 5, 6), (3, 2), {}), ("same", (1, 2, 5, 4), (3, 3), {"padding": 1}),
           ("stride", (1, 2, 8, 7), (3, 2), {"stride": (2, 3), "padding": (1, 0)}),
           ("dilation", (1, 2, 8, 9), (3, 2), {"dilation": (2, 3), "padding": 1}),
           ("both", (1, 2, 9, 10), (3, 3), {"dilation": (2, 3), "stride": (3, 2), "padding": 2}),
           ("apart", (1, 2, 8, 8), (2, 2), {"stride": 3}))
for name, shape, kernel, options in columns:
    x = random(*shape)
    unfolded = F.unfold(x, kernel, **options)
    add(f"im2col.{name}", unfolded, x)
    x = random(*unfolded.shape)
    add(f"col2im.{name}", F.fold(x, shape[2:], kernel, **options), x)

# As in the authors' code, by unfolding (github.com/d-li14/involution).
for name, shape, kernel, groups, options in (
        ("plain", (2, 4, 5, 6), (3, 3), 2, {"padding": 1}),
        ("stride", (1, 6, 7, 6), (3, 3), 3, {"padding": 1, "stride": 2}),
        ("window", (1, 4, 7, 8), (3, 2), 1, {"dilation": 2, "padding": (0, 1)})):
    x = random(*shape)
    outputs, _ = slide(x, kernel, **options)
    taps = kernel[0] * kernel[1]
    kernels = random(shape[0], groups * taps, *outputs)
    parts = F.unfold(x, kernel, **options).view(shape[0], groups, shape[1] // groups, taps, *outputs)
    result = (kernels.view(shape[0], groups, 1, taps, *outputs) * parts).sum(3)
    add(f"involution.{name}", result.reshape(shape[0], shape[1], *outputs), x, kernels)

for name, shape, filters, kernel, groups, offset_groups, options in (
        ("plain", (2, 3, 5, 6), 4, (3, 3), 1, 1, {}),
        ("groups", (1, 4, 5, 5), 6, (3, 2), 2, 2, {"padding": 1}),
        ("window", (1, 2, 8, 7), 3, (3, 2), 1, 2, {"stride": (2, 1), "dilation": (1, 2),
                                                 "padding": (2, 1)})):
    x = random(*shape)
    outputs, _ = slide(x, kernel, **options)
    taps = offset_groups * kernel[0] * kernel[1]
    weight, bias = random(filters, shape[1] // groups, *kernel), random(filters)
    offsets, mask = random(shape[0], 2 * taps, *outputs, scale=2.5), random(shape[0], taps, *outputs)
    deformed = torchvision.ops.deform_conv2d
    add(f"deform_conv.{name}", deformed(x, offsets, weight, bias, **options), x, offsets, weight,
        bias)
    add(f"modulated_deform_conv.{name}", deformed(x, offsets, weight, bias, mask=mask, **options), x,
        offsets, mask, weight, bias)

for mode, padding, align in itertools.product(("bilinear", "nearest"),
                                              ("zeros", "border", "reflection"), (False, True)):
    name = f"grid_sample.{mode}.{padding}.{'corners' if align else 'edges'}"
    sample = lambda x, grid: F.grid_sample(x, grid, mode, padding, align)
    x, grid = random(2, 2, 4, 5), random(2, 3, 6, 2, scale=1.5)
    add(f"{name}.image", sample(x, grid), x, grid)
    x, grid = random(1, 2, 3, 4, 3), random(1, 2, 3, 2, 3, scale=3.5)
    add(f"{name}.volume", sample(x, grid), x, grid)
    x, grid = random(1, 2, 5), random(1, 7, 1, scale=1.5)
    flat = torch.cat((grid, torch.zeros_like(grid)), -1)  # x, and the only row's y
    add(f"{name}.line", sample(x[:, :, None], flat[:, None])[:, :, 0], x, grid)

for name, shape, kernel, options in (("plain", (2, 3, 6, 6), (2, 2), {"stride": 2}),
                                     ("padded", (1, 2, 7, 6), (3, 3), {"stride": 2, "padding": 1}),
                                     ("line", (1, 2, 9), (3,), {"dilation": 2, "padding": 1})):
    x, weight = random(*shape), (random(*kernel).abs() + 0.1).float().double()
    outputs, place = slide(x, kernel, **options)
    result = torch.zeros(*shape[:2], *outputs)
    for b, c, *j in places((*shape[:2], *outputs)):
        inside = [(place(j, m), m) for m in places(kernel) if place(j, m) is not None]
        terms = [x[(b, c, *at)].item() * weight[m].item() for at, m in inside]
        result[(b, c, *j)] = sum(terms) / sum(weight[m].item() for _, m in inside)
    add(f"weighted_avg_pool.{name}", result, x, weight)


def local_contrast_norm(x, size, sigma, epsilon):
    """Jarrett et al. 2009, the two equations of section 2, weights of the elements inside."""
    space, channels = x.shape[2:], x.shape[1]

    def around(j):
        for m in places([size] * len(space)):
            step = [a - size // 2 for a in m]
            at = tuple(a + s for a, s in zip(j, step))
            if all(0 <= a < e for a, e in zip(at, space)):
                yield at, math.exp(-sum(s * s for s in step) / (2 * sigma * sigma))

    v, result = torch.zeros_like(x), torch.zeros_like(x)
    for b in range(x.shape[0]):
        for j in places(space):
            total = channels * sum(w for _, w in around(j))
            mean = sum(w * x[(b, c, *at)].item() for c in range(channels) for at, w in around(j))
            for c in range(channels):
                v[(b, c, *j)] = x[(b, c, *j)] - mean / total
        deviations = {}
        for j in places(space):
            total = channels * sum(w for _, w in around(j))
            deviations[j] = math.sqrt(sum(w * v[(b, c, *at)].item() ** 2 for c in range(channels)
                                          for at, w in around(j)) / total)
        least = max(epsilon, sum(deviations.values()) / len(deviations))
        for c, j in itertools.product(range(channels), places(space)):
            result[(b, c, *j)] = v[(b, c, *j)] / max(least, deviations[j])
    return result


for name, shape, size, sigma, epsilon in (("image", (2, 3, 6, 5), 5, 1.25, 1e-4),
                                          ("line", (1, 2, 9), 3, 2.0, 1e-4),
                                          ("faint", (1, 1, 4, 4), 3, 0.75, 10.0)):
    x = random(*shape)
    add(f"local_contrast_norm.{name}", local_contrast_norm(x, size, sigma, epsilon), x)


def save(path):
    header, data, place = {}, [], 0
    for name, tensor in sorted(tensors.items()):
        assert tensor.dtype == torch.float64
        tensor = tensor.float()
        count = tensor.numel()
        data.append(struct.pack(f"<{count}f", *tensor.flatten().tolist()))
        header[name] = {"dtype": "F32", "shape": list(tensor.shape),
                        "data_offsets": [place, place + 4 * count]}
        place += 4 * count
    header["__metadata__"] = {"source": f"PyTorch {torch.__version__.split('+')[0]}, torchvision "
                                        f"{torchvision.__version__.split('+')[0]}"}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(data))
    print(f"{path.name}: {len(header) - 1} tensors, {path.stat().st_size} bytes")


save(Path(__file__).resolve().parent / "pytorch_convolutions.safetensors")
