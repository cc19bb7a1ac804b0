"""What every engine should compute, in float64 and by nothing but numpy."""

from __future__ import annotations

import numpy as np
from numpy import ndarray as Array

from .layers import Layer

Weights = dict[str, Array]


def convolve(x: Array, weight: Array, bias: Array | None, layer: Layer) -> Array:
    """Adds up the taps of the kernel, each a product of matrices, or of maps where a group is one
    channel and one filter."""
    (top, left), (rows, columns) = layer.padding, layer.output_map
    batch, groups = x.shape[0], layer.groups
    x = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (top, top), (left, left)))
    x = x.reshape(batch, groups, layer.channels // groups, *x.shape[2:])
    weight = weight.astype(np.float64).reshape(groups, -1, *weight.shape[1:])
    y = np.zeros((batch, groups, layer.filters // groups, rows * columns))
    for r in range(layer.kernel[0]):
        for c in range(layer.kernel[1]):
            first = r * layer.dilation[0], c * layer.dilation[1]
            seen = x[..., first[0]:, first[1]:][..., ::layer.stride[0], ::layer.stride[1]]
            seen = seen[..., :rows, :columns].reshape(batch, groups, -1, rows * columns)
            y += weight[:, :, :, r, c] @ seen if weight.shape[2] > 1 else (
                weight[:, :, :, r, c] * seen)
    y = y.reshape(batch, layer.filters, rows, columns)
    return y if bias is None else y + bias.astype(np.float64)[:, None, None]


def lenet5(x: Array, weights: Weights) -> Array:
    """Probabilities, as zoo:lenet5 of the `fovea` command defines them."""

    def conv(x: Array, name: str, padding: int) -> Array:
        weight = weights[f"{name}.weight"]
        layer = Layer(channels=weight.shape[1], map=x.shape[2:], filters=weight.shape[0],
                      kernel=weight.shape[2:], stride=(1, 1), padding=(padding, padding),
                      dilation=(1, 1), groups=1, bias=True)
        return np.tanh(convolve(x, weight, weights[f"{name}.bias"], layer))

    def pool(x: Array) -> Array:
        batch, channels, rows, columns = x.shape
        return x.reshape(batch, channels, rows // 2, 2, columns // 2, 2).mean(axis=(3, 5))

    def dense(x: Array, name: str) -> Array:
        return x @ weights[f"{name}.weight"].astype(np.float64).T + weights[f"{name}.bias"]

    y = conv(pool(conv(pool(conv(x, "conv1", 2)), "conv2", 0)), "conv3", 0)
    y = dense(np.tanh(dense(y.reshape(len(y), -1), "fc1")), "fc2")
    y = np.exp(y - y.max(axis=1, keepdims=True))
    return y / y.sum(axis=1, keepdims=True)


def error_of(result: Array, expected: Array) -> float:
    """The largest difference, relative to the largest expected magnitude; infinite where the shape
    is another or a value is not finite."""
    if result.shape != expected.shape or not np.isfinite(result).all():
        return float("inf")
    return float(np.abs(result - expected).max() / np.abs(expected).max())
