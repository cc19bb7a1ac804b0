"""Torchvision's networks and a U-Net; layers.json comes from some of them, followed by forward
hooks."""

from __future__ import annotations

import torch
import torchvision
from torch import nn

from .layers import Layer


class _TwoConvolutions(nn.Sequential):
    def __init__(self, channels: int, filters: int) -> None:
        super().__init__(
            nn.Conv2d(channels, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU(),
            nn.Conv2d(filters, filters, 3, padding=1), nn.BatchNorm2d(filters), nn.ReLU(),
        )


class UNet(nn.Module):
    """O. Ronneberger, P. Fischer, T. Brox, 2015; padded, so that maps halve and double exactly."""

    def __init__(self, base: int = 32, levels: int = 4, classes: int = 1) -> None:
        super().__init__()
        widths = [base << level for level in range(levels + 1)]
        self.down = nn.ModuleList(map(_TwoConvolutions, [3, *widths[:-2]], widths[:-1]))
        self.bottom = _TwoConvolutions(widths[-2], widths[-1])
        self.widen = nn.ModuleList(
            nn.ConvTranspose2d(2 * width, width, 2, stride=2) for width in reversed(widths[:-1])
        )
        self.up = nn.ModuleList(
            _TwoConvolutions(2 * width, width) for width in reversed(widths[:-1])
        )
        self.classes = nn.Conv2d(base, classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        skipped = []
        for block in self.down:
            skipped.append(block(x))
            x = nn.functional.max_pool2d(skipped[-1], 2)
        x = self.bottom(x)
        for widen, block in zip(self.widen, self.up):
            x = block(self.join(skipped.pop(), widen(x)))
        return self.classes(x)

    def join(self, skipped: torch.Tensor, below: torch.Tensor) -> torch.Tensor:
        return torch.cat([skipped, below], dim=1)


IMAGES = {"inception_v3": 299, "unet": 256}
LISTED = ("alexnet", "vgg16", "googlenet", "resnet50", "mobilenet_v2", "efficientnet_b0", "unet")


def image_of(name: str) -> int:
    """Rows and columns of the network's input."""
    return IMAGES.get(name, 224)


def build(name: str) -> nn.Module:
    """With random weights."""
    if name == "unet":
        return UNet()
    # What serves training is left out: further results, and weights that take long to draw.
    more = {"aux_logits": False, "init_weights": False} if name in (
        "googlenet", "inception_v3") else {}
    return torchvision.models.get_model(name, weights=None, **more)


def convolutions(network: nn.Module, rows: int) -> list[Layer]:
    """Every two-dimensional convolution, in the order of execution.

    A convolution without bias is followed by a batch normalisation, which inference folds into it:
    what remains is a convolution with bias.
    """
    found: list[Layer] = []

    def note(name: str, conv: nn.Conv2d, x: torch.Tensor) -> None:
        if not isinstance(conv.padding, tuple) or conv.padding_mode != "zeros":
            raise ValueError(f"{name}: padding {conv.padding} {conv.padding_mode} is not supported")
        found.append(Layer(
            channels=conv.in_channels, map=tuple(x.shape[2:]), filters=conv.out_channels,
            kernel=conv.kernel_size, stride=conv.stride, padding=conv.padding,
            dilation=conv.dilation, groups=conv.groups, bias=True,
        ))

    for name, module in network.named_modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_pre_hook(
                lambda conv, args, name=name: note(name, conv, args[0])
            )
    network.eval()
    with torch.inference_mode():
        network(torch.zeros(1, 3, rows, rows))
    return found


def list_layers() -> list[Layer]:
    """The layers of the networks that are listed, each once, with the places where it occurs."""
    found: dict[Layer, Layer] = {}
    for name in LISTED:
        for place, layer in enumerate(convolutions(build(name), image_of(name))):
            known = found.setdefault(layer, layer)
            known.networks.setdefault(name, []).append(place)
    return list(found.values())
