"""Networks as files: `python -m bench.export NAME... --output DIR`, in build/bench-venv.

For each network a folder DIR/NAME-batchN appears with

  model.onnx   what a user's torch.onnx.export writes, for one shape of its input `x`; result `y`
  weights.pt   the state of PyTorch's module
  x.npy        an input, of values as a normalised image has them
  y.npy        the result in float64, by PyTorch
  model.json   shapes, and what each layer costs

and stays until this program, or PyTorch's version, is another. Weights are random but the same at
every export, and such that values neither vanish nor explode.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import warnings
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import nn

from . import networks, zoo
from .zoo import LayerCost, Model

OPSET = 17
WITH_WEIGHTS = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)


def export(name: str, models: Path = zoo.MODELS, batch: int = 1) -> tuple[Path, nn.Module]:
    """The model in ONNX format, and the same as a module ready for inference."""
    folder = zoo.folder_of(name, batch, models)
    if _key_of(folder) != _key():
        _make(folder, name, batch)
    return folder / "model.onnx", load(folder)


def load(folder: Path) -> nn.Module:
    model = Model.load(folder)
    module = networks.build(model.name).eval()
    module.load_state_dict(torch.load(model.state))
    return module


def _key() -> str:
    """Of what determines the files."""
    key = hashlib.sha256(f"{torch.__version__} {torchvision.__version__}".encode())
    for source in (__file__, networks.__file__):
        key.update(Path(source).read_bytes())
    return key.hexdigest()


def _key_of(folder: Path) -> str | None:
    try:
        return json.loads((folder / "model.json").read_text())["key"]
    except (OSError, ValueError, KeyError):
        return None


def _make(folder: Path, name: str, batch: int) -> None:
    """The folder appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write(temporary, name, batch)
        shutil.rmtree(folder, ignore_errors=True)  # an old one
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@torch.no_grad()
def _write(folder: Path, name: str, batch: int) -> None:
    torch.manual_seed(zlib.crc32(name.encode()))
    module = networks.build(name).eval()
    rows = networks.image_of(name)
    settle(module, torch.randn(2, 3, rows, rows))
    x = torch.randn(batch, 3, rows, rows)
    model = Model(folder, name, batch, tuple(x.shape), (), tuple(costs(module, x)))
    torch.save(module.state_dict(), model.state)
    write_onnx(module, x, model.onnx)
    expected = module.double()(x.double()).numpy()
    np.save(model.input, x.numpy())
    np.save(model.expected, expected)
    record = {"key": _key(), "name": name, "batch": batch, "input_shape": model.input_shape,
              "output_shape": expected.shape, "layers": [asdict(cost) for cost in model.layers]}
    (folder / "model.json").write_text(json.dumps(record, indent=1) + "\n")


def write_onnx(module: nn.Module, x: torch.Tensor, path: Path, folded: bool = True) -> None:
    """For this shape of its input; `folded` as is usual, with normalisations inside convolutions."""
    mode = torch.onnx.TrainingMode
    with warnings.catch_warnings():
        # This exporter is called deprecated, but needs no other package, and is what users have.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "Constant folding")  # what it leaves undone
        torch.onnx.export(module, (x,), str(path), dynamo=False, opset_version=OPSET,
                          input_names=["x"], output_names=["y"],
                          training=mode.EVAL if folded else mode.PRESERVE,
                          do_constant_folding=folded)


def settle(module: nn.Module, x: torch.Tensor) -> None:
    """Makes a new network compute values as a trained one does: every layer with weights gets
    results of unit variance (D. Mishkin, J. Matas, "All you need is a good init", 2015), and every
    batch normalisation statistics near those of its input, and a scale and shift about 1 and 0."""

    def choose_bias(layer: nn.Module, args: tuple) -> None:
        if layer.bias is not None:
            layer.bias.normal_(0, 0.1)

    def scale(layer: nn.Module, args: tuple, result: torch.Tensor) -> torch.Tensor:
        factor = 1 / result.std()
        layer.weight.mul_(factor)
        if layer.bias is not None:
            layer.bias.mul_(factor)
        return result * factor

    def choose_statistics(norm: nn.BatchNorm2d, args: tuple) -> None:
        variance, mean = torch.var_mean(args[0], dim=(0, 2, 3))
        variance += 0.01 * variance.mean()  # channels that are always 0
        norm.running_mean.copy_(mean + 0.1 * variance.sqrt() * torch.randn_like(mean))
        norm.running_var.copy_(variance).mul_(torch.empty_like(mean).uniform_(0.8, 1.25))
        norm.weight.uniform_(0.5, 1.5)
        norm.bias.normal_(0, 0.2)

    hooks = []
    for part in module.modules():
        if isinstance(part, WITH_WEIGHTS):
            hooks += [part.register_forward_pre_hook(choose_bias),
                      part.register_forward_hook(scale)]
        elif isinstance(part, nn.BatchNorm2d):
            hooks.append(part.register_forward_pre_hook(choose_statistics))
    module(x)
    for hook in hooks:
        hook.remove()


def costs(module: nn.Module, x: torch.Tensor) -> list[LayerCost]:
    """Of every layer with weights, in the order of execution."""
    found: list[LayerCost] = []

    def note(layer: nn.Module, args: tuple, result: torch.Tensor) -> None:
        # Each result of a layer, or of a transposed one each input, is multiplied with as many
        # weights as one of its filters has.
        values = args[0] if isinstance(layer, nn.ConvTranspose2d) else result
        found.append(LayerCost(
            macs=values.numel() * layer.weight[0].numel(),
            weight_bytes=4 * sum(p.numel() for p in layer.parameters()),
            winograd=isinstance(layer, nn.Conv2d) and zoo.suits_winograd(
                layer.kernel_size, layer.stride, layer.dilation, layer.groups, layer.in_channels,
                layer.out_channels),
        ))

    hooks = [part.register_forward_hook(note) for part in module.modules()
             if isinstance(part, WITH_WEIGHTS)]
    module(x)
    for hook in hooks:
        hook.remove()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.export", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="+", metavar="NAME", choices=zoo.NETWORKS,
                        help=", ".join(zoo.NETWORKS))
    parser.add_argument("--output", type=Path, default=zoo.MODELS, metavar="DIR",
                        help="default: build/bench-models")
    parser.add_argument("--batch", type=int, default=1, metavar="N",
                        help="images of an input (default: 1)")
    options = parser.parse_args()
    for name in options.networks:
        print(export(name, options.output, options.batch)[0], flush=True)


if __name__ == "__main__":
    sys.exit(main())
