"""The networks of `./dev bench zoo`, and the least time that each could take. Standard library
only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from .environment import ROOT

NETWORKS = ("alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "mobilenet_v2",
            "squeezenet1_1", "efficientnet_b0", "densenet121", "inception_v3", "unet")
QUICK = ("resnet18", "mobilenet_v2", "squeezenet1_1")

MODELS = ROOT / "build" / "bench-models"  # where networks are kept as files

# Winograd's algorithm F(4x4, 3x3) multiplies 36 numbers for 16 results of 9 taps each: A. Lavin,
# S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015.
WINOGRAD_SAVES = 16 * 9 / 36
WINOGRAD_CHANNELS = 16  # at least: below that its transformations outweigh what they save

# By what arithmetic a bound counts layers that Winograd's algorithm can do: the direct algorithm's,
# the multiplications alone of F(4x4, 3x3), or as fast as fovea does such layers by themselves.
DIRECT, WINOGRAD, MEASURED = BOUNDS = ("direct", "Winograd", "measured")
RATED = ("vgg16", "resnet50")  # whose layers are measured for that


@dataclass(frozen=True)
class LayerCost:
    """What a layer with weights has to do at least: a convolution, transposed or not, or a dense
    layer."""

    macs: int  # multiply-adds of the direct algorithm, of all images
    weight_bytes: int
    winograd: bool  # could Winograd's algorithm do it?


@dataclass(frozen=True)
class Model:
    """A network as files in `folder`, made by bench/export.py."""

    folder: Path
    name: str
    batch: int
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    layers: tuple[LayerCost, ...]  # in the order of execution

    @property
    def onnx(self) -> Path:
        return self.folder / "model.onnx"

    @property
    def state(self) -> Path:
        """The weights, as torch.save writes them."""
        return self.folder / "weights.pt"

    @property
    def input(self) -> Path:
        return self.folder / "x.npy"

    @property
    def expected(self) -> Path:
        """The result in float64."""
        return self.folder / "y.npy"

    @property
    def weight_bytes(self) -> int:
        return sum(layer.weight_bytes for layer in self.layers)

    @property
    def macs(self) -> int:
        return sum(layer.macs for layer in self.layers)

    @staticmethod
    def load(folder: Path) -> Model:
        record = json.loads((folder / "model.json").read_text())
        return Model(folder, record["name"], record["batch"], tuple(record["input_shape"]),
                     tuple(record["output_shape"]),
                     tuple(LayerCost(**layer) for layer in record["layers"]))


def folder_of(name: str, batch: int, models: Path = MODELS) -> Path:
    return models / f"{name}-batch{batch}"


def suits_winograd(kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...],
                   groups: int, channels: int, filters: int) -> bool:
    """Could F(4x4, 3x3) do this convolution, and save by it?"""
    return (kernel == (3, 3) and stride == (1, 1) and dilation == (1, 1) and groups == 1
            and min(channels, filters) >= WINOGRAD_CHANNELS)


def bound_seconds(layers: tuple[LayerCost, ...], flops_per_second: float, bytes_per_second: float,
                  winograd_saves: float) -> float:
    """The layers one after the other, each as long as its arithmetic at full rate, or reading its
    weights once, whichever takes longer. Those that Winograd's algorithm can do have so many times
    less arithmetic."""
    total = 0.0
    for layer in layers:
        saved = winograd_saves if layer.winograd else 1
        total += max(2 * layer.macs / saved / flops_per_second,
                     layer.weight_bytes / bytes_per_second)
    return total
