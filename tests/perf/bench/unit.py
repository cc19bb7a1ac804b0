"""A C++ source of many equations, and how long the compiler takes for it. Standard library only."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from .environment import ROOT

# Each with a number in it, {s}, so that no two are the same.
EQUATIONS = {
    "conv": "(Tensor<3> V, Tensor<4> K) { return Z(i, j, k) = "
            "sum(l, m, n)(V(l, {s} * j + m, {s} * k + n) * K(i, l, m, n)); }",
    "dilated": "(Tensor<3> V, Tensor<4> K) { return Z(i, j, k) = "
               "sum(l, m, n)(V(l, j + {s} * m, k + {s} * n) * K(i, l, m, n)); }",
    "unshared": "(Tensor<3> V, Tensor<6> K) { return Z(i, j, k) = "
                "sum(l, m, n)(V(l, {s} * j + m, {s} * k + n) * K(i, j, k, l, m, n)); }",
    "tiled": "(Tensor<3> V, Tensor<6> K) { return Z(i, j, k) = "
             "sum(l, m, n)(V(l, j + m, k + n) * K(i, l, m, n, j % {s}, k % {s})); }",
    "flipped": "(Tensor<3> V, Tensor<4> K) { return Z(i, j, k) = sum(l, m.range({s}), "
               "n.range({s}))(V(l, j + {s} - m, k + {s} - n) * K(i, l, m, n)); }",
    "biased": "(Tensor<3> V, Tensor<4> K, Tensor<1> B) { return Z(i, j, k) = "
              "B(i) + sum(l, m, n)(V(l, {s} * j + m, k + n) * K(i, l, m, n)); }",
    "depthwise": "(Tensor<3> V, Tensor<3> K) { return Z(i, j, k) = "
                 "sum(m, n)(V(i, {s} * j + m, {s} * k + n) * K(i, m, n)); }",
    "padded": "(Tensor<2> V, Tensor<2> K) { return Z(j.range(8), k.range(8)) = "
              "sum(m, n)(V(zero(j + m - {s}), reflect(k + n - {s})) * K(m, n)); }",
    "causal": "(Tensor<2> V, Tensor<3> K) { return Z(i, j.range(8)) = "
              "sum(l, m)(V(l, zero(j - {s} * m)) * K(i, l, m)); }",
    "matmul": "(Tensor<2> A, Tensor<2> B) { return Z(i, j) = "
              "{s} * sum(l)(A(i, l) * B(l, j)); }",
    "max_pool": "(Tensor<3> V) { return Z(i, j.range(4), k.range(4)) = "
                "max(m.range({s}), n.range({s}))(V(i, {s} * j + m, {s} * k + n)); }",
    "mean_pool": "(Tensor<3> V) { return Z(i, j.range(4), k.range(4)) = "
                 "mean(m.range({s}), n.range({s}))(V(i, {s} * j + m, {s} * k + n)); }",
    "l2_pool": "(Tensor<2> V) { return Z(i, j.range(4)) = sqrt(sum(m.range({s}))"
               "(V(i, {s} * j + m) * V(i, {s} * j + m))); }",
    "softmax": "(Tensor<2> V) { return Z(i, j) = "
               "exp(V(i, j) / {s}) / sum(l)(exp(V(i, l) / {s})); }",
    "contrast": "(Tensor<2> V) { return Z(i, j) = V(i, j) - "
                "mean(m.range({s}), n.range({s}))(V(clamp(i + m - 1), clamp(j + n - 1))); }",
    "wrapped": "(Tensor<1> V, Tensor<1> K) { return Z(i.range(8)) = "
               "sum(m)(V(wrap(i + {s} * m)) * K(m)); }",
    "upsampled": "(Tensor<3> V) { return Z(i, j, k) = V(i, j / {s}, k / {s}); }",
}


def source_of(count: int) -> str:
    """A unit with `count` of them, which all differ."""
    names = list(EQUATIONS)
    lines = ["#include <fovea/dsl.hpp>", "using namespace fovea;",
             *(f"const Index<'{letter}'> {letter}{{}};" for letter in "ijklmn"),
             "std::vector<UserEquation> equations() {", "  return {"]
    for number in range(count):
        name, step = names[number % len(names)], number // len(names) + 2
        body = EQUATIONS[name].replace("{s}", str(step))
        lines.append(f'      define("{name}_{step}", []{body}),')
    return "\n".join([*lines, "  };", "}"]) + "\n"


def compiler() -> str:
    return os.environ.get("CXX", "c++")


def compile_seconds(count: int, programs: Path) -> float:
    """Without optimization, to an object file; beside the folder `programs` are the headers that
    the build makes. Throws ValueError where the compiler refuses."""
    includes = [ROOT / "dsl" / "include", programs.resolve().parent / "generated"]
    with tempfile.TemporaryDirectory(prefix="fovea_bench_") as folder:
        source = Path(folder) / "equations.cpp"
        source.write_text(source_of(count))
        start = time.monotonic()
        done = subprocess.run(
            [compiler(), "-std=c++20", "-O0", *(f"-I{folder}" for folder in includes), "-c",
             str(source), "-o", str(source.with_suffix(".o"))],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        )
        seconds = time.monotonic() - start
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        raise ValueError(f"{compiler()} refuses the equations: {(errors or ['no word'])[0]}")
    return seconds
