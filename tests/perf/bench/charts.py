"""Bar charts as SVG, readable on light and on dark pages. Standard library only.

Speeds relative to another engine are drawn on a logarithmic axis from 1: twice as fast and half as
fast are equally long, to the right and to the left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from .results import ALL, FOVEA, TITLES, LayerResult, Summary

STYLE = """\
text{font:12px 'DejaVu Sans',Verdana,sans-serif;fill:#24292f}
.title{font-size:15px;font-weight:600}
.small{font-size:11px;fill:#57606a}
.grid{stroke:#8c959f;stroke-opacity:.35}
.one{stroke:#24292f;stroke-width:1.5}
.b0{fill:#4f83cc}.b1{fill:#e08a3c}.b2{fill:#5aa469}.b3{fill:#9a6fb8}.b4{fill:#c94f4f}.b5{fill:#7a7f87}
.disc{fill-opacity:.55;stroke:#24292f;stroke-opacity:.25}
.roof{fill:none;stroke:#24292f;stroke-width:1.5}
.pale{fill-opacity:.5}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9da7b3}.one,.roof{stroke:#e6edf3}.disc{stroke:#e6edf3}}
"""
COLOURS = 4
CHARACTER = 7.3  # at most, of the width of one in 12 px DejaVu Sans, as labels mix them
BAR, GAP = 13, 9  # heights: of a bar, and between rows
PLOT = 520  # width of the area of the bars
HEAD, LEGEND, AXIS = 48, 18, 26  # heights: of the titles, a line of the legend, an axis


@dataclass(frozen=True)
class Series:
    name: str
    style: str


@dataclass(frozen=True)
class Bar:
    value: float  # not a number: there is none, and `note` says why
    note: str = ""


@dataclass(frozen=True)
class Chart:
    title: str
    subtitle: str
    series: list[Series]  # what the bars of a row are
    rows: list[tuple[str, list[Bar]]]
    below: str = "fovea is slower"  # what a value below 1 means
    above: str = "fovea is faster"


def layer_chart(network: str, by_threads: list[list[LayerResult]]) -> str:
    rows = []
    for results in zip(*by_threads):
        count = results[0].layer.count(network)
        label = results[0].layer.label + (f"  ×{count}" if count > 1 else "")
        rows.append((label, [Bar(r.ratio, _why_not(r)) for r in results]))
    series = [Series(_threads(results[0].threads), _colour(k))
              for k, results in enumerate(by_threads)]
    return draw(Chart(f"{network}: speed of each convolution",
                      f"best time of {_peers(by_threads[0])}, divided by fovea's time; "
                      "float32, one image", series, rows))


def summary_chart(summaries: list[Summary]) -> str:
    rows: dict[str, list[Bar]] = {}
    series: dict[int, list[Series]] = {}
    for s in summaries:
        bars = rows.setdefault("all networks" if s.network == ALL else s.network, [])
        bars += [Bar(value, "-") for value in (s.geometric_mean, s.ratio_of_totals)]
        if s.threads not in series:
            colour, threads = _colour(len(series)), _threads(s.threads)
            series[s.threads] = [
                Series(f"{threads}: geometric mean over different layers", colour),
                Series(f"{threads}: all layers together, as often as each occurs",
                       colour + " pale"),
            ]
    return draw(Chart("Speed of convolution layers by network",
                      "best time of the other engines, divided by fovea's time",
                      [one for both in series.values() for one in both],
                      list(rows.items())))


def _colour(number: int) -> str:
    return f"b{number % COLOURS}"


def _threads(number: int) -> str:
    return "1 thread" if number == 1 else f"{number} threads"


def _peers(results: list[LayerResult]) -> str:
    names = [title for name, title in TITLES.items()
             if name != FOVEA and any(r.timings[name].ok for r in results
                                      if name in r.timings)]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "none"


def _why_not(result: LayerResult) -> str:
    if not math.isnan(result.ratio):
        return ""
    return "no other engine" if result.fovea.ok else "fovea failed"


# --- Drawing ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Axis:
    """Logarithmic, over PLOT pixels that begin at `left`."""

    left: float
    low: float
    high: float

    def x(self, value: float) -> float:
        return self.left + PLOT * math.log(value / self.low) / math.log(self.high / self.low)

    def ticks(self) -> list[float]:
        """1, 1.5, 2, 3, 4 ...; powers of two alone where these were too many."""
        return [tick for tick in TICKS if self.low <= tick <= self.high
                and (self.high <= 16 * self.low or math.log2(tick).is_integer())]


TICKS = sorted(factor * 2.0**power for power in range(-20, 20) for factor in (1, 1.5))


def _axis(chart: Chart, left: float) -> Axis:
    """1/2 to 2 at least, with space for the figure at the longest bar."""
    values = [bar.value for _, bars in chart.rows for bar in bars if not math.isnan(bar.value)]
    low, high = min([1.0, *values]), max([1.0, *values])
    space = max(high / low, 2) ** 0.1
    return Axis(left, max(tick for tick in TICKS if tick <= min(low / space, 0.5)),
                min(tick for tick in TICKS if tick >= max(high * space, 2)))


def draw(chart: Chart) -> str:
    left = 24 + CHARACTER * max([len(label) for label, _ in chart.rows] + [12])
    axis = _axis(chart, left)
    entries, legend_lines = legend(chart.series, left, left + PLOT)
    top = HEAD + LEGEND * legend_lines + AXIS
    row_height = BAR * len(chart.series) + GAP
    bottom = top + row_height * len(chart.rows)
    width, height = left + PLOT + 24, bottom + 2 * AXIS
    parts = [head(chart.title, chart.subtitle, width, height), *entries, *_grid(axis, chart, top, bottom)]
    for k, (label, bars) in enumerate(chart.rows):
        parts += _row(axis, chart, label, bars, top + row_height * k + GAP / 2)
    parts.append(f'<path class="one" d="M{axis.x(1):.1f} {top - 4}V{bottom + 4}"/>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def head(title: str, subtitle: str, width: float, height: float) -> str:
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
            f'aria-label="{escape(title)}">\n<style>{STYLE}</style>\n'
            + text_at(12, 22, title, "title") + "\n"
            + text_at(12, 40, subtitle, "small"))


def text_at(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    attributes = f' class="{style}"' if style else ""
    if anchor != "start":
        attributes += f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(text)}</text>'


def legend(series: list[Series], left: float, right: float) -> tuple[list[str], int]:
    """In as many lines as it needs, and how many these are."""
    parts, x, line = [], left, 0
    for each in series:
        length = 24 + CHARACTER * len(each.name)
        if x > left and x + length > right:
            x, line = left, line + 1
        y = HEAD + LEGEND * line
        parts.append(f'<rect class="{each.style}" x="{x:.1f}" y="{y + 3}" width="18" '
                     'height="10"/>')
        parts.append(text_at(x + 24, y + 12, each.name))
        x += length + 16
    return parts, line + 1


def _grid(axis: Axis, chart: Chart, top: float, bottom: float) -> list[str]:
    parts = []
    for value in axis.ticks():
        x = axis.x(value)
        parts.append(f'<path class="grid" d="M{x:.1f} {top - 4}V{bottom + 4}"/>')
        for y in (top - 10, bottom + 18):
            parts.append(text_at(x, y, _times(value), "small", "middle"))
    parts.append(text_at(axis.left, bottom + 38, f"← {chart.below}", "small"))
    parts.append(text_at(axis.left + PLOT, bottom + 38, f"{chart.above} →", "small",
                       "end"))
    return parts


def _times(value: float) -> str:
    inverse = 1 / value
    return f"1/{inverse:g}×" if inverse > 4 and inverse.is_integer() else f"{value:.3g}×"


def _row(axis: Axis, chart: Chart, label: str, bars: list[Bar], y: float) -> list[str]:
    parts = [text_at(axis.left - 12, y + BAR * len(bars) / 2 + 4, label, "", "end")]
    one = axis.x(1)
    for k, (series, bar) in enumerate(zip(chart.series, bars)):
        top = y + BAR * k
        if math.isnan(bar.value):
            parts.append(text_at(one + 6, top + BAR - 3, bar.note, "small"))
            continue
        x = axis.x(bar.value)
        parts.append(f'<rect class="{series.style}" x="{min(x, one):.1f}" y="{top:.1f}" '
                     f'width="{abs(x - one):.1f}" height="{BAR - 1}"/>')
        beside, anchor = (5, "start") if bar.value >= 1 else (-5, "end")
        parts.append(text_at(x + beside, top + BAR - 3, f"{bar.value:.2f}", "small", anchor))
    return parts
