"""What `./dev bench equations` measures: convolutions of several kinds written as equations, and
image filters. Standard library only."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .layers import Layer
from .results import FOVEA

OP, DIRECT, STRIDED = "op", "direct", "strided"  # ways beside the equation, as engines are


@dataclass(frozen=True)
class Group:
    """Cases with the same aim."""

    title: str
    peers: tuple[str, ...]  # the aim is about the first
    aim: float  # what every case should reach
    of_bandwidth: bool = False  # of the measured bandwidth; else of the first peer's speed


GROUPS = {
    "conv": Group("Convolution", (OP,), 0.95),
    "dilated": Group("Dilated convolution", (OP, DIRECT), 0.95),
    "unshared": Group("Unshared convolution", ("torch",), 0.8, of_bandwidth=True),
    "tiled": Group("Tiled convolution, period 2", ("torch", STRIDED), 5.0),
    "filter": Group("Filters of a picture of 4 megapixels", ("opencv",), 0.9),
}


@dataclass(frozen=True)
class Convolution:
    """Of a `kind` of GROUPS; kernel and map are square, the padding is half the kernel."""

    kind: str
    channels: int
    filters: int
    kernel: int
    map: int
    stride: int = 1
    dilation: int = 1

    dtype = "f32"
    period = 2  # of tiled convolution

    @property
    def group(self) -> str:
        return self.kind

    @property
    def padding(self) -> int:
        return self.kernel // 2 * self.dilation

    @property
    def output_map(self) -> int:
        reach = (self.kernel - 1) * self.dilation + 1
        return (self.map + 2 * self.padding - reach) // self.stride + 1

    @property
    def label(self) -> str:
        more = [f"/{self.stride}"] * (self.stride > 1) + [f"d{self.dilation}"] * (self.dilation > 1)
        return " ".join([self.kind, f"{self.kernel}x{self.kernel}",
                         f"{self.channels}->{self.filters}", f"@{self.map}x{self.map}", *more])

    @property
    def input_shape(self) -> tuple[int, ...]:
        return self.channels, self.map, self.map

    @property
    def taps(self) -> tuple[int, ...]:
        return self.channels, self.kernel, self.kernel

    @property
    def weight_shape(self) -> tuple[int, ...]:
        if self.kind == "unshared":
            return self.filters, self.output_map, self.output_map, *self.taps
        period = (self.period,) * 2 if self.kind == "tiled" else ()
        return self.filters, *self.taps, *period

    @property
    def weight_bytes(self) -> int:
        return 4 * math.prod(self.weight_shape)

    @property
    def text(self) -> str:
        """The equation, with the types of its operands."""

        def place(index: str, tap: str) -> str:
            scaled = f"{self.stride}*{index}" if self.stride > 1 else index
            step = f"{self.dilation}*{tap}" if self.dilation > 1 else tap
            return f"zero({scaled} + {step} - {self.padding})"

        def type_of(shape: tuple[int, ...]) -> str:
            return "x".join(map(str, shape)) + "xf32"

        weight = {"unshared": "K(i, j, k, l, m, n)",
                  "tiled": f"K(i, l, m, n, j%{self.period}, k%{self.period})",
                  }.get(self.kind, "K(i, l, m, n)")
        return (f"{self.kind}(V: {type_of(self.input_shape)}, K: {type_of(self.weight_shape)})\n"
                f"Z(i, j, k) = sum(l, m, n)(V(l, {place('j', 'm')}, {place('k', 'n')}) * {weight})"
                f" where j < {self.output_map}, k < {self.output_map}")

    def command(self, side: str) -> dict:
        """What prepares a side, but for the files."""
        if side == FOVEA:
            return {"kind": "equation", "equation": self.text}
        if side in (OP, DIRECT):
            algorithms = {"algorithms": {"conv": "direct"}} if side == DIRECT else {}
            return {"kind": "conv", "layer": self._layer().to_json(), **algorithms}
        return {"kind": STRIDED if side == STRIDED else self.kind, "padding": self.padding}

    def _layer(self) -> Layer:
        return Layer(channels=self.channels, map=(self.map,) * 2, filters=self.filters,
                     kernel=(self.kernel,) * 2, stride=(self.stride,) * 2,
                     padding=(self.padding,) * 2, dilation=(self.dilation,) * 2, groups=1,
                     bias=False)


@dataclass(frozen=True)
class Filter:
    """One of fovea/filters.hpp, by the name that layer_worker.cpp and opencv.py know."""

    name: str
    dtype: str  # of the image: "f32" or "u8"
    side: int = 2048

    group = "filter"
    weight_shape: tuple[int, ...] = ()
    weight_bytes = 0

    @property
    def label(self) -> str:
        return f"{self.name} {self.dtype}"

    @property
    def input_shape(self) -> tuple[int, ...]:
        return self.side, self.side

    def command(self, side: str) -> dict:
        shape = {"shape": list(self.input_shape), "dtype": self.dtype}
        return {"kind": "filter", "filter": self.name, **shape}


Case = Convolution | Filter

CASES: list[Case] = [
    Convolution("conv", 64, 64, 3, 56), Convolution("conv", 128, 128, 3, 28),
    Convolution("conv", 256, 64, 1, 56), Convolution("conv", 3, 64, 7, 224, stride=2),
    Convolution("conv", 32, 64, 5, 28), Convolution("conv", 64, 128, 3, 56, stride=2),
    Convolution("dilated", 64, 64, 3, 56, dilation=2),
    Convolution("dilated", 256, 256, 3, 28, dilation=2),
    Convolution("dilated", 64, 64, 3, 56, dilation=4),
    Convolution("unshared", 32, 32, 3, 56), Convolution("unshared", 64, 64, 3, 28),
    Convolution("unshared", 16, 16, 5, 32),
    Convolution("tiled", 64, 64, 3, 56), Convolution("tiled", 128, 128, 3, 28),
    Convolution("tiled", 16, 32, 5, 56),
    *(Filter(name, dtype) for name in ("gaussian5x5", "box5x5", "sobel_x", "sobel", "median3x3",
                                       "bilateral5x5") for dtype in ("u8", "f32")),
]

UNIT = "50 equations, compiled"  # the label of the unit of unit.py
UNIT_EQUATIONS, UNIT_SECONDS = 50, 10.0  # and its aim


def engine_of(side: str) -> str:
    """Whose process a side runs in."""
    return {OP: FOVEA, DIRECT: FOVEA, STRIDED: "torch"}.get(side, side)


def sides_of(cases: list[Case]) -> list[str]:
    return [FOVEA, *dict.fromkeys(peer for case in cases for peer in GROUPS[case.group].peers)]


def engines_of(cases: list[Case]) -> tuple[str, ...]:
    """Those beside fovea."""
    return tuple(dict.fromkeys(engine_of(side) for side in sides_of(cases)
                               if engine_of(side) != FOVEA))
