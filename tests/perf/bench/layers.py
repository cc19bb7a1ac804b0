"""Layers of well-known networks: convolutions from layers.json, samples of them, and dense layers.
Standard library only."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

LIST = Path(__file__).resolve().parent.parent / "layers.json"
FLOAT_BYTES = 4


@dataclass(frozen=True)
class Layer:
    """A convolution of one image, fp32. Pairs are (rows, columns); both ends are padded alike."""

    channels: int
    map: tuple[int, int]  # of the input
    filters: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]
    groups: int
    bias: bool
    # Where it occurs, by network: its places among the convolutions there, in their order.
    networks: dict[str, list[int]] = field(default_factory=dict, compare=False, hash=False)

    @property
    def output_map(self) -> tuple[int, int]:
        rows, columns = (
            (self.map[d] + 2 * self.padding[d] - self.dilation[d] * (self.kernel[d] - 1) - 1)
            // self.stride[d] + 1 for d in range(2)
        )
        return rows, columns

    @property
    def input_shape(self) -> tuple[int, ...]:
        return (1, self.channels, *self.map)

    @property
    def weight_shape(self) -> tuple[int, ...]:
        return (self.filters, self.channels // self.groups, *self.kernel)

    @property
    def output_shape(self) -> tuple[int, ...]:
        return (1, self.filters, *self.output_map)

    @property
    def flops(self) -> int:
        """Of the direct algorithm; a multiply-add is two."""
        taps = self.channels // self.groups * self.kernel[0] * self.kernel[1]
        return 2 * self.filters * self.output_map[0] * self.output_map[1] * taps

    @property
    def bytes(self) -> int:
        """Operands and result, each once."""
        shapes = (self.input_shape, self.weight_shape, self.output_shape)
        return FLOAT_BYTES * (sum(_product(shape) for shape in shapes) + self.filters * self.bias)

    @property
    def label(self) -> str:
        """"3x3 64->128 @56x56 /2": kernel, channels, filters, map of the input, stride."""
        text = f"{_pair(self.kernel)} {self.channels}->{self.filters} @{_pair(self.map)}"
        if self.stride != (1, 1):
            text += f" /{_short(self.stride)}"
        same = tuple(d * (k - 1) // 2 for d, k in zip(self.dilation, self.kernel))
        if self.padding != same:
            text += f" p{_short(self.padding)}"
        if self.dilation != (1, 1):
            text += f" d{_short(self.dilation)}"
        if self.groups > 1:
            text += " dw" if self.groups == self.channels else f" g{self.groups}"
        return text

    def count(self, network: str) -> int:
        return len(self.networks.get(network, []))

    def of_networks(self, names: list[str]) -> Layer:
        """As if there were no others."""
        return replace(self, networks={n: p for n, p in self.networks.items() if n in names})

    def to_json(self) -> dict:
        return asdict(self)

    @staticmethod
    def from_json(record: dict) -> Layer:
        pairs = {key: tuple(record[key])
                 for key in ("map", "kernel", "stride", "padding", "dilation")}
        return Layer(**{**record, **pairs})


def _product(shape: tuple[int, ...]) -> int:
    result = 1
    for extent in shape:
        result *= extent
    return result


def _pair(pair: tuple[int, int]) -> str:
    return f"{pair[0]}x{pair[1]}"


def _short(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else _pair(pair)


def load(path: Path = LIST) -> list[Layer]:
    return [Layer.from_json(record) for record in json.loads(path.read_text())["layers"]]


def save(layers: list[Layer], path: Path = LIST) -> None:
    """One layer a line, so that a change of the list shows what changed."""
    lines = ",\n".join("  " + json.dumps(layer.to_json()) for layer in layers)
    temporary = path.with_suffix(".tmp")
    temporary.write_text('{"layers": [\n' + lines + "\n]}\n")
    temporary.replace(path)


def _dense(inputs: int, outputs: int, **networks: list[int]) -> Layer:
    """A convolution of a map of one pixel: the same equation. `networks` gives its places among
    the dense layers."""
    one, zero = (1, 1), (0, 0)
    return Layer(inputs, map=one, filters=outputs, kernel=one, stride=one, padding=zero,
                 dilation=one, groups=1, bias=True, networks=networks)


DENSE = [
    _dense(9216, 4096, alexnet=[0]), _dense(4096, 4096, alexnet=[1], vgg16=[1]),
    _dense(4096, 1000, alexnet=[2], vgg16=[2]), _dense(2048, 1000, resnet50=[0]),
    _dense(1280, 1000, mobilenet_v2=[0], efficientnet_b0=[0]),
]


def in_order_of(network: str, layers: list[Layer]) -> list[Layer]:
    """Those of the network, by their first places."""
    mine = [layer for layer in layers if network in layer.networks]
    return sorted(mine, key=lambda layer: layer.networks[network][0])


def networks_of(layers: list[Layer]) -> list[str]:
    """In the order of their first layers."""
    return list(dict.fromkeys(network for layer in layers for network in layer.networks))


def sample(layers: list[Layer], seed: int) -> list[Layer]:
    """One layer of each network, by chance; big ones, of more than a GFLOP, are left out."""
    generator = random.Random(seed)
    chosen: dict[Layer, None] = {}
    for network in networks_of(layers):
        small = [layer for layer in in_order_of(network, layers) if layer.flops < 1e9]
        if small:
            chosen[generator.choice(small)] = None
    return list(chosen)
