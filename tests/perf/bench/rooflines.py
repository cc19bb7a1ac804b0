"""Where the time of whole networks goes: each kernel beside the roofline (Williams, Waterman and
Patterson, "Roofline", CACM 2009). Standard library only."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from .charts import head, legend, text_at, Series
from .results import Machine, ZooRun
from .tables import Table, milliseconds, percent

# Bytes: what the levels of caches hold, whose speed is measured for kernels of such a size.
LEVELS = tuple(2**k for k in (16, 18, 20, 22, 24, 26))

ROOFLINE = """\
A kernel takes no less time than its operations (those of the direct algorithm, two a multiply-add)
at the measured peak, and no less than moving its operands and its result once, as fast as this
machine moves so many bytes. In the pictures each kernel with multiply-adds is a disc, whose area is
its part of its network's time: Winograd's algorithm, which saves operations, may stand above the
roof. The table names, for each network, what takes most: kernels of one algorithm with the same
ops. **of time** is their part of all kernels' time, **of roofline** that least time divided by
theirs."""

WIDTH, HEIGHT = 640, 380  # of the plot
LEFT, RIGHT, TOP, BOTTOM = 72, 24, 96, 56
MOST_KINDS = 4  # of kernels, told of each network


@dataclass(frozen=True)
class Kernel:
    network: str
    algorithm: str
    ops: str
    seconds: float
    flops: float
    bytes: float

    @property
    def family(self) -> str:
        """Tiles of all sizes are one algorithm here."""
        return self.algorithm.rstrip("0123456789")

    def least_seconds(self, machine: Machine) -> float:
        return max(self.flops / machine.flops_per_second, self.bytes / speed(machine, self.bytes))


def speed(machine: Machine, size: float) -> float:
    """Bytes a second, of that many."""
    enough = [level for level in LEVELS if level >= size and level in machine.bytes_per_second_of]
    return machine.bytes_per_second_of[enough[0]] if enough else machine.bytes_per_second


def kernels_of(run: ZooRun, threads: int) -> list[Kernel]:
    """Those of a run that is from before kernels told what they do are left out."""
    return [
        Kernel(result.network, k["algorithm"], k["ops"], k["seconds"], 2.0 * k["macs"], k["bytes"])
        for result in run.results if result.threads == threads and result.fovea.ok
        for k in result.fovea.kernels if "macs" in k and k["seconds"] > 0
    ]


def kernels_table(run: ZooRun) -> Table:
    table = Table(["network", "threads", "kernels", "algorithm", "number", "time", "of time",
                   "of roofline"], texts=("kernels", "algorithm"))
    for network in run.networks:
        for machine in run.machines:
            mine = [k for k in kernels_of(run, machine.threads) if k.network == network.name]
            whole = sum(k.seconds for k in mine)
            kinds: dict[tuple[str, str], list[Kernel]] = defaultdict(list)
            for kernel in mine:
                kinds[kernel.ops, kernel.family].append(kernel)
            longest = sorted(kinds.items(), key=lambda kind: -sum(k.seconds for k in kind[1]))
            for (ops, family), kernels in longest[:MOST_KINDS]:
                seconds = sum(k.seconds for k in kernels)
                least = sum(k.least_seconds(machine) for k in kernels)
                table.rows.append([network.name, str(machine.threads), ops, family,
                                   str(len(kernels)), milliseconds(seconds),
                                   percent(seconds / whole), percent(least / seconds)])
    return table


# --- The picture ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plot:
    """Both axes logarithmic."""

    low: tuple[float, float]
    high: tuple[float, float]

    def x(self, value: float) -> float:
        return LEFT + WIDTH * _part(value, self.low[0], self.high[0])

    def y(self, value: float) -> float:
        return TOP + HEIGHT * (1 - _part(value, self.low[1], self.high[1]))


def _part(value: float, low: float, high: float) -> float:
    return min(max(math.log(value / low) / math.log(high / low), 0), 1)


def _decades(low: float, high: float) -> list[float]:
    return [10.0**k for k in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]


def roofline_chart(run: ZooRun, threads: int) -> str:
    machine = next(m for m in run.machines if m.threads == threads)
    kernels = [k for k in kernels_of(run, threads) if k.flops > 0 and k.bytes > 0]
    totals: dict[str, float] = defaultdict(float)
    for kernel in kernels:
        totals[kernel.network] += kernel.seconds
    families = sorted({k.family for k in kernels},
                      key=lambda f: -sum(k.seconds for k in kernels if k.family == f))
    series = [Series(family, f"b{k}") for k, family in enumerate(families[:5])]
    if len(families) > len(series):
        series.append(Series("others", f"b{len(series)}"))
    rates = [k.flops / k.seconds for k in kernels]
    plot = Plot((0.1, max([1e9, min(rates, default=1e9) / 2])),
                (1000, 2 * max([machine.flops_per_second, *rates])))
    plural = "s" if threads > 1 else ""
    title = f"Kernels of whole networks beside the roofline, {threads} thread{plural}"
    width, height = LEFT + WIDTH + RIGHT, TOP + HEIGHT + BOTTOM
    entries, _ = legend(series, LEFT, LEFT + WIDTH)
    parts = [head(title, "operations a second over operations a byte; area: part of the network's "
                  "time", width, height), *entries, *_grid(plot), *_roofs(plot, machine)]
    style = {s.name: s.style for s in series}
    for kernel in sorted(kernels, key=lambda k: -k.seconds / totals[k.network]):
        share = kernel.seconds / totals[kernel.network]
        rate = kernel.flops / kernel.seconds
        parts.append(
            f'<circle class="{style.get(kernel.family, series[-1].style)} disc" '
            f'cx="{plot.x(kernel.flops / kernel.bytes):.1f}" cy="{plot.y(rate):.1f}" '
            f'r="{max(40 * math.sqrt(share), 1.5):.1f}"><title>{kernel.network}: {kernel.ops}, '
            f'{kernel.algorithm}, {kernel.seconds * 1e6:.0f} us, {rate / 1e9:.0f} GFLOP/s</title>'
            "</circle>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _grid(plot: Plot) -> list[str]:
    right, bottom = LEFT + WIDTH, TOP + HEIGHT
    parts = []
    for value in _decades(plot.low[0], plot.high[0]):
        x = plot.x(value)
        parts += [f'<path class="grid" d="M{x:.1f} {TOP}V{bottom}"/>',
                  text_at(x, bottom + 18, f"{value:g}", "small", "middle")]
    for value in _decades(plot.low[1], plot.high[1]):
        y = plot.y(value)
        parts += [f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>',
                  text_at(LEFT - 8, y + 4, f"{value / 1e9:g}", "small", "end")]
    return [*parts, text_at(right, bottom + 40, "FLOP / byte →", "small", "end"),
            text_at(LEFT - 8, TOP - 8, "GFLOP/s", "small", "end")]


def _roofs(plot: Plot, machine: Machine) -> list[str]:
    """The peak, and what memory and the first level's size allow."""
    parts = []
    first = min((level for level in LEVELS if level in machine.bytes_per_second_of), default=None)
    speeds = {"memory": machine.bytes_per_second}
    if first is not None:
        speeds[f"{first >> 10} KiB"] = machine.bytes_per_second_of[first]
    for name, bytes_per_second in speeds.items():
        corner = machine.flops_per_second / bytes_per_second
        start = max(plot.low[0], plot.low[1] / bytes_per_second)
        parts.append(f'<path class="roof" d="M{plot.x(start):.1f} '
                     f'{plot.y(start * bytes_per_second):.1f}L{plot.x(corner):.1f} '
                     f'{plot.y(machine.flops_per_second):.1f}H{LEFT + WIDTH}"/>')
        middle = math.sqrt(start * corner)
        label = f"{name}: {bytes_per_second / 1e9:.0f} GB/s"
        x, y = plot.x(middle), plot.y(middle * bytes_per_second)
        # Beside its line: on the left where there is room.
        if x - LEFT > 8 * len(label):
            parts.append(text_at(x - 6, y - 6, label, "small", "end"))
        else:
            parts.append(text_at(x + 6, y + 12, label, "small", "start"))
    y = plot.y(machine.flops_per_second)
    return [*parts, text_at(LEFT + WIDTH - 4, y - 6,
                            f"{machine.flops_per_second / 1e9:.0f} GFLOP/s", "small", "end")]
