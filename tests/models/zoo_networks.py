"""The networks of examples/zoo that PyTorch has, too: files, and weights under the zoo's names."""

from __future__ import annotations

import zlib
from pathlib import Path

import torch
import torchvision
from bench import export as bench_export
from bench import networks
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn

# Where names of weights are torchvision's, and where not.
PLAIN = ("densenet121", "mobilenet_v2", "resnet18", "resnet34", "resnet50", "resnet152",
         "squeezenet1_1", "vgg16", "vgg19")
RESULTS = {**dict.fromkeys((*PLAIN, "fcn_resnet50"), "logits"), "unet": "mask"}


def export(name: str, folder: Path) -> tuple[Path, Path, NDArray]:
    """The model in ONNX format, the weights for `zoo:NAME`, an input."""
    torch.manual_seed(zlib.crc32(name.encode()))
    rows = networks.image_of(name)
    with torch.no_grad():
        module, weights = _prepared(name, rows)
        x = torch.randn(1, 3, rows, rows)
        # Folding rounds weights, which a network may amplify.
        bench_export.write_onnx(module, x, folder / "zoo.onnx", folded=False)
    known = {key: value.contiguous() for key, value in weights.items()
             if not key.endswith("num_batches_tracked")}
    save_file(known, folder / "zoo.safetensors")
    return folder / "zoo.onnx", folder / "zoo.safetensors", x.numpy()


def _prepared(name: str, rows: int) -> tuple[nn.Module, dict[str, Tensor]]:
    if name == "unet":
        module = _UNet()
        weights_of = _unet_weights
    elif name == "fcn_resnet50":
        module = _Fcn()
        weights_of = lambda fcn: fcn.inner.state_dict()  # noqa: E731
    else:
        module = networks.build(name)
        weights_of = nn.Module.state_dict
    module.eval()
    bench_export.settle(module, torch.randn(2, 3, rows, rows))
    return module, weights_of(module)


class _Fcn(nn.Module):
    """The map of classes alone."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = torchvision.models.segmentation.fcn_resnet50(
            weights=None, weights_backbone=None)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)["out"]


class _UNet(networks.UNet):
    """The zoo's has no bias in front of a normalisation, takes what comes from below before what was
    skipped, and ends with a sigmoid."""

    def __init__(self) -> None:
        super().__init__()
        for part in self.modules():
            if isinstance(part, nn.Sequential):
                for conv in part:
                    if isinstance(conv, nn.Conv2d):
                        conv.bias = None

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).sigmoid()

    def join(self, skipped: Tensor, below: Tensor) -> Tensor:
        return torch.cat([below, skipped], dim=1)


def _unet_weights(module: _UNet) -> dict[str, Tensor]:
    """The zoo counts levels from 1 at the top."""
    parts = {"0": "conv1", "1": "norm1", "3": "conv2", "4": "norm2"}
    levels = len(module.down)

    def renamed(key: str) -> str:
        match key.split("."):
            case ["down", level, part, what]:
                return f"encoder{int(level) + 1}.enc{int(level) + 1}{parts[part]}.{what}"
            case ["up", level, part, what]:
                return f"decoder{levels - int(level)}.dec{levels - int(level)}{parts[part]}.{what}"
            case ["widen", level, what]:
                return f"upconv{levels - int(level)}.{what}"
            case ["bottom", part, what]:
                return f"bottleneck.bottleneck{parts[part]}.{what}"
            case ["classes", what]:
                return f"conv.{what}"
        raise ValueError(key)

    return {renamed(key): value for key, value in module.state_dict().items()}
