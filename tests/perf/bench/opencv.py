"""OpenCV's side of `./dev bench equations`: the filters of layer_worker.cpp, into memory that was
allocated beforehand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


class OpenCv:
    form = ""

    def __init__(self, threads: int) -> None:
        import cv2

        self.cv = cv2
        self.version = cv2.__version__
        cv2.setNumThreads(threads)

    def prepare(self, command: dict) -> Callable[[], object]:
        cv, name = self.cv, command["filter"]
        x = np.load(command["input"])
        # Of bytes, derivatives are float32.
        self.y = y = np.zeros(x.shape, np.float32 if name.startswith("sobel") else x.dtype)
        across, down = np.zeros((2, *x.shape), np.float32) if name == "sobel" else (None, None)

        def sobel() -> None:
            cv.Sobel(x, cv.CV_32F, 1, 0, across)
            cv.Sobel(x, cv.CV_32F, 0, 1, down)
            cv.magnitude(across, down, y)

        filters: dict[str, Callable[[], object]] = {
            "gaussian5x5": lambda: cv.GaussianBlur(x, (5, 5), 0, y),  # 1 4 6 4 1
            "box5x5": lambda: cv.blur(x, (5, 5), y),
            "sobel_x": lambda: cv.Sobel(x, cv.CV_32F, 1, 0, y),
            "sobel": sobel,
            "median3x3": lambda: cv.medianBlur(x, 3, y),
            "bilateral5x5": lambda: cv.bilateralFilter(x, 5, 30, 1.5, y),
        }
        return filters[name]

    def output(self) -> np.ndarray:
        return self.y
