#!/usr/bin/env python3
"""Makes filters.safetensors: filtered images as OpenCV computes them, in float64 and of bytes.

    pip install opencv-python-headless safetensors && python3 make_filter_values.py

A case NAME has the image NAME.0 and NAME.result. What OpenCV approximates (the bilateral filter) or
has not (the trapezoidal filter, the Laplacian of a Gaussian with weights that sum to 0) is made of
its general filters or written out.
"""

from pathlib import Path

import cv2
import numpy as np
from safetensors.numpy import save_file

random = np.random.default_rng(20260221)
image = random.uniform(-2, 3, (9, 11))
photo = random.integers(0, 256, (9, 11), dtype=np.uint8)
borders = {"reflect": cv2.BORDER_REFLECT_101, "clamp": cv2.BORDER_REPLICATE,
           "constant": cv2.BORDER_CONSTANT, "wrap": cv2.BORDER_WRAP}
fill = 1.5  # of "constant"
tensors = {}


def add(name, result, source=image):
    tensors[f"{name}.0"] = np.ascontiguousarray(source)
    tensors[f"{name}.result"] = np.ascontiguousarray(result)


def padded(source, reach, border):
    value = {"value": fill} if border == cv2.BORDER_CONSTANT else {}
    return cv2.copyMakeBorder(source, reach, reach, reach, reach, border, **value)


def filtered(function, border, reach=12, source=image):
    """function of an image with its border around it; OpenCV's filters know no constant but 0."""
    result = function(padded(source, reach, border))
    return result[reach:-reach, reach:-reach]


def gaussian(sigma, radius):
    return cv2.getGaussianKernel(2 * radius + 1, sigma, cv2.CV_64F)


def separable(x, across, down):
    return cv2.sepFilter2D(x, cv2.CV_64F, np.asarray(across, float), np.asarray(down, float))


def mask(x, weights):
    return cv2.filter2D(x, cv2.CV_64F, np.asarray(weights, float))


def trapezoid(x, size, ramp):
    w = np.array([min(k + 1, size - k, ramp + 1) for k in range(size)], float)
    return separable(x, w / w.sum(), w / w.sum())


def laplacian_of_gaussian(x, sigma, radius):
    m = np.arange(-radius, radius + 1)
    g = np.exp(-m**2 / (2 * sigma**2))
    g /= g.sum()
    d = g * (m**2 - (g * m**2).sum()) / sigma**4
    return separable(x, d, g) + separable(x, g, d)


def bilateral(source, sigma_space, sigma_range, radius, border):
    x = padded(source.astype(float), radius, border)
    height, width = source.shape
    total, weights = np.zeros(source.shape), np.zeros(source.shape)
    for m in range(-radius, radius + 1):
        for n in range(-radius, radius + 1):
            if m * m + n * n > radius * radius:
                continue
            near = x[radius + m:radius + m + height, radius + n:radius + n + width]
            w = np.exp(-(m * m + n * n) / (2 * sigma_space**2)
                       - (near - source)**2 / (2 * sigma_range**2))
            total += w * near
            weights += w
    return total / weights


def magnitude(x, weights):
    w = np.asarray(weights, float)
    return np.hypot(mask(x, w), mask(x, w.T))


sobel = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
prewitt = [[-1, 0, 1]] * 3
scharr = [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]]
star = np.array([[0, 1, 0], [1, -4, 1], [0, 1, 0]], float)
filters = {
    "mean_3": lambda x: cv2.blur(x, (3, 3)),
    "mean_3x6": lambda x: cv2.blur(x, (6, 3)),
    "box_5_sum": lambda x: cv2.boxFilter(x, cv2.CV_64F, (5, 5), normalize=False),
    "trapezoidal_5_1": lambda x: trapezoid(x, 5, 1),
    "trapezoidal_7_3": lambda x: trapezoid(x, 7, 3),
    "gaussian3x3": lambda x: mask(x, np.outer([1, 2, 1], [1, 2, 1]) / 16),
    "gaussian5x5": lambda x: mask(x, np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256),
    "gaussian_1_5": lambda x: cv2.GaussianBlur(x, (13, 13), 1.5),
    "gaussian_0_8_r2": lambda x: cv2.GaussianBlur(x, (5, 5), 0.8),
    "sobel_x": lambda x: cv2.Sobel(x, cv2.CV_64F, 1, 0),
    "sobel_y": lambda x: cv2.Sobel(x, cv2.CV_64F, 0, 1),
    "sobel": lambda x: magnitude(x, sobel),
    "scharr_x": lambda x: cv2.Scharr(x, cv2.CV_64F, 1, 0),
    "scharr_y": lambda x: cv2.Scharr(x, cv2.CV_64F, 0, 1),
    "scharr": lambda x: magnitude(x, scharr),
    "prewitt_x": lambda x: mask(x, prewitt),
    "prewitt_y": lambda x: mask(x, np.transpose(prewitt)),
    "prewitt": lambda x: magnitude(x, prewitt),
    "first_derivative_x": lambda x: mask(x, [[-0.5, 0, 0.5]]),
    "first_derivative_y": lambda x: mask(x, [[-0.5], [0], [0.5]]),
    "first_derivative": lambda x: magnitude(x, [[0, 0, 0], [-0.5, 0, 0.5], [0, 0, 0]]),
    "second_derivative_x": lambda x: cv2.Sobel(x, cv2.CV_64F, 2, 0, ksize=1),
    "second_derivative_y": lambda x: cv2.Sobel(x, cv2.CV_64F, 0, 2, ksize=1),
    "edge_4": lambda x: mask(x, -star),
    "edge_8": lambda x: mask(x, 9 * np.eye(3)[1][:, None] * np.eye(3)[1] - 1),
    "laplacian": lambda x: cv2.Laplacian(x, cv2.CV_64F),
    "laplacian_of_gaussian_1_2": lambda x: laplacian_of_gaussian(x, 1.2, 5),
    "sharpen": lambda x: x - mask(x, star),
    "unsharp_mask_1_5": lambda x: x + 0.7 * (x - cv2.GaussianBlur(x, (13, 13), 1.5)),
    "unsharp_mask5x5": lambda x: mask(x, np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / -256
                                      + 2 * np.eye(5)[2][:, None] * np.eye(5)[2]),
    "emboss": lambda x: mask(x, [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    "correlate_2x3": lambda x: mask(x, [[1, 2, 3], [4, 5, 6]]),
}

of_each_shape = ("mean_3x6", "gaussian5x5", "gaussian_1_5", "sobel", "first_derivative",
                 "laplacian_of_gaussian_1_2", "unsharp_mask_1_5", "correlate_2x3")

for border, code in borders.items():
    for name, function in filters.items():
        if border == "reflect" or name in of_each_shape:
            add(f"{name}.{border}", filtered(function, code))
    add(f"bilateral.{border}", bilateral(image, 1.5, 0.8, 3, code))
    for size in (3, 5):
        add(f"median_{size}_bytes.{border}",
            filtered(lambda x: cv2.medianBlur(x, size), code, source=photo)
            if border != "constant" else
            cv2.medianBlur(cv2.copyMakeBorder(photo, 12, 12, 12, 12, code, value=7), size)
            [12:-12, 12:-12], photo)
add("bilateral_2_5.reflect", bilateral(image, 2.5, 0.8, 5, cv2.BORDER_REFLECT_101))
# Of bytes: rounded to the nearest even, saturated; derivatives are float32.
add("mean_3_bytes", filtered(lambda x: cv2.blur(x, (3, 3)), cv2.BORDER_REFLECT_101, source=photo),
    photo)
add("sharpen_bytes", cv2.filter2D(photo, cv2.CV_8U, -star + np.eye(3)[1][:, None] * np.eye(3)[1]),
    photo)
add("sobel_x_bytes", cv2.Sobel(photo, cv2.CV_32F, 1, 0), photo)
add("laplacian_bytes", cv2.Laplacian(photo, cv2.CV_32F), photo)

save_file(tensors, Path(__file__).parent / "filters.safetensors")
