"""Tells what single kernels reach: tables for the terminal, docs/bench/kernels.md and its chart.
Standard library only."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from pathlib import Path

from .charts import Bar, Chart, Series, draw
from .report import (about_markdown, about_text, machine_table, notes, threads_text, write_chart)
from .results import KernelResult, KernelsRun, write_whole
from .run_kernels import WINOGRAD
from .tables import MISSING, Table, microseconds, percent, ratio

EXPLANATION = """\
Each row is one kernel by itself, called through the C ABI as a network's kernels are: float32, one
image, images in blocks of channels and weights prepared where the algorithm prefers that (**form**,
in the order image, weights, bias), as inside a network. Values are random. Times are microseconds
of a call: the median of {rounds} rounds' medians, in which the algorithms take turns at a layer.

- **layer**: kernel, channels -> filters, map of the input, /stride; `p` padding where it is not
  half the kernel, `dw` depthwise, `g` groups. `1x1 .. @1x1` is a dense layer.
- **GFLOP/s** counts the operations of the direct algorithm, whatever the kernel's own does.
- **of roofline**: the part that is reached of the roofline bound: the time in which this machine,
  at its measured peak, would do these operations, or at measured speed read operands and result
  once from the caches (or memory) that hold them, whichever takes longer (**bound**). An algorithm
  that saves operations can be above 100%.
- **of direct**: the time of `direct` at the same layer, divided by this one's: above 1, this one is
  faster.
- **estimate/time**: the time by which the compiler chooses, divided by that measured."""

SUMMARY_EXPLANATION = """\
**least** and **median** are over the layers of a class, each counted once: parts of the roofline
bound, or, of Winograd's algorithms, how many times as fast as `direct` the kernel is at the same
layer. **below** is how many layers do not reach the **aim**, and **least at** the layer of the
least. Maps are those of the output."""

LARGE, SMALL, PIXEL = "maps of 14 and more", "maps below 14", "one pixel"
ALL_MAPS = "all maps"
MUCH, LITTLE = "1 MB of weights and more", "less than 1 MB of weights"


@dataclass(frozen=True)
class Aim:
    """The part of the roofline that every layer of a class should reach."""

    one_thread: float
    more: float

    def of(self, threads: int) -> float:
        return self.one_thread if threads == 1 else self.more


AIMS = {
    ("direct", LARGE): Aim(0.9, 0.9), ("direct", SMALL): Aim(0.8, 0.7),
    ("depthwise", ALL_MAPS): Aim(0.6, 0.6), ("gemv", MUCH): Aim(0.85, 0.85),
}


def is_winograd(algorithm: str) -> bool:
    return algorithm.startswith(WINOGRAD)


def class_of(result: KernelResult) -> tuple[str, str]:
    """The algorithm, Winograd's all being one, and the kind of layer."""
    if result.algorithm == "gemv":
        weights = 4 * math.prod(result.layer.weight_shape)
        return "gemv", MUCH if weights >= 1 << 20 else LITTLE
    if result.algorithm == "depthwise":
        return "depthwise", ALL_MAPS
    rows = min(result.layer.output_map)
    kind = LARGE if rows >= 14 else SMALL if rows > 1 else PIXEL
    return f"{WINOGRAD}*" if is_winograd(result.algorithm) else result.algorithm, kind


# --- Summaries -------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClassSummary:
    """The layers of one class with one number of threads."""

    algorithm: str
    kind: str
    threads: int
    figures: dict[str, float]  # by the layer's label: part of the roofline, or ratio to direct

    @property
    def is_ratio(self) -> bool:
        return is_winograd(self.algorithm)

    @property
    def least_at(self) -> str:
        return min(self.figures, key=self.figures.__getitem__)

    @property
    def least(self) -> float:
        return self.figures[self.least_at]

    @property
    def median(self) -> float:
        return statistics.median(self.figures.values())

    @property
    def aim(self) -> float | None:
        aim = AIMS.get((self.algorithm, self.kind))
        return aim.of(self.threads) if aim else None

    @property
    def below(self) -> int:
        """How many layers do not reach the aim."""
        return sum(figure < self.aim for figure in self.figures.values()) if self.aim else 0


def _direct_seconds(run: KernelsRun) -> dict[tuple, float]:
    return {(r.layer, r.threads): r.fovea.seconds for r in run.results
            if r.algorithm == "direct" and r.fovea.ok}


def summarise_kernels(run: KernelsRun) -> list[ClassSummary]:
    """Kernels that failed are left out, as are ratios without a time of `direct`."""
    direct = _direct_seconds(run)
    figures: dict[tuple[str, str, int], dict[str, float]] = {}
    for r in run.results:
        figure = r.of_bound
        if is_winograd(r.algorithm):
            figure = direct.get((r.layer, r.threads), math.nan) / r.fovea.seconds
        if not math.isnan(figure):
            figures.setdefault((*class_of(r), r.threads), {})[r.layer.label] = figure
    kinds = [LARGE, SMALL, PIXEL, ALL_MAPS, MUCH, LITTLE]
    algorithms = list(dict.fromkeys(class_of(r)[0] for r in run.results))
    return [ClassSummary(*key, figures[key]) for key in sorted(
        figures, key=lambda key: (algorithms.index(key[0]), kinds.index(key[1]), key[2]))]


def kernel_summary_table(run: KernelsRun) -> Table:
    table = Table(["algorithm", "layers with", "threads", "layers", "least", "median", "aim",
                   "below", "least at"], left=2, texts=("least at",))
    for s in summarise_kernels(run):
        tell = (lambda value: ratio(value) + "x") if s.is_ratio else percent
        table.rows.append([
            s.algorithm, s.kind, str(s.threads), str(len(s.figures)), tell(s.least),
            tell(s.median), percent(s.aim) if s.aim else "",
            str(s.below) if s.aim else "", s.least_at,
        ])
    return table


# --- Tables and pages ------------------------------------------------------------------------


def _algorithms(run: KernelsRun) -> list[str]:
    return list(dict.fromkeys(r.algorithm for r in run.results))


def kernel_table(run: KernelsRun, algorithm: str) -> Table:
    direct = _direct_seconds(run)
    compares = algorithm != "direct"
    table = Table(["layer", "threads", "time", "GFLOP/s", "of roofline", "bound",
                   *(["of direct"] if compares else []), "estimate/time", "form"],
                  texts=("bound", "form"))
    for r in (r for r in run.results if r.algorithm == algorithm):
        seconds = r.fovea.seconds
        known = direct.get((r.layer, r.threads), math.nan)
        table.rows.append([
            r.layer.label, str(r.threads),
            microseconds(seconds) if r.fovea.ok else "failed",
            f"{r.layer.flops / seconds / 1e9:,.1f}" if r.fovea.ok else MISSING,
            percent(r.of_bound), r.bound,
            *([ratio(known / seconds)] if compares else []),
            ratio(r.estimate / seconds), r.fovea.form or MISSING,
        ])
    return table


def kernels_text(run: KernelsRun) -> str:
    parts = [about_text(run.about)]
    for algorithm in _algorithms(run):
        parts.append(f"{algorithm} (microseconds)\n{kernel_table(run, algorithm).to_text()}")
    parts += ["all layers\n" + kernel_summary_table(run).to_text(), machine_table(run).to_text(),
              "\n".join(notes(run.results))]
    return "\n\n".join(part for part in parts if part)


def kernel_chart(run: KernelsRun) -> str:
    """The median and the least of each class, beside the roofline, or beside direct."""
    series = [Series(f"{threads_text(threads)}: {what}", f"b{k}{style}")
              for k, threads in enumerate(run.threads)
              for what, style in (("median", ""), ("least", " pale"))]
    rows: dict[str, dict[int, list[Bar]]] = {}
    for s in summarise_kernels(run):
        label = f"{s.algorithm}: {s.kind}" + (" (×direct)" if s.is_ratio else "")
        rows.setdefault(label, {})[s.threads] = [Bar(s.median), Bar(s.least)]
    none = [Bar(math.nan, MISSING)] * 2
    return draw(Chart("Kernels by themselves", "part of the roofline bound that is reached; of "
                      "Winograd's algorithms, the speed beside direct", series,
                      [(label, [bar for threads in run.threads for bar in bars.get(threads, none)])
                       for label, bars in rows.items()],
                      below="short of the bound, or of direct", above="beyond it"))


def write_kernels(run: KernelsRun, folder: Path) -> list[Path]:
    """kernels.md and its chart."""
    rounds = max(len(r.fovea.rounds) for r in run.results)
    parts = [
        "# Kernels by themselves", about_markdown(run.about),
        kernel_summary_table(run).to_markdown(), SUMMARY_EXPLANATION,
        "![what kernels reach](kernels.svg)",
        "This machine at its best, as measured before the run (and again before each layer, for its bound):", machine_table(run).to_markdown(),
        "\n".join(f"- {note}" for note in notes(run.results)),
        "## How to read the tables", EXPLANATION.format(rounds=rounds),
    ]
    for algorithm in _algorithms(run):
        parts += [f"## {algorithm}", kernel_table(run, algorithm).to_markdown()]
    page = folder / "kernels.md"
    write_whole(page, "\n\n".join(parts) + "\n")
    return [page, write_chart(folder / "kernels.svg", kernel_chart(run))]
