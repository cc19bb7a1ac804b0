"""Tells what was measured: tables for the terminal, and docs/bench. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from . import charts
from .layers import networks_of
from .results import (ALL, FOVEA, TITLES, Compilation, EquationsRun, KernelsRun, LayerResult,
                      LayersRun, LenetRun, NetworkResult, Result, Summary, ZooRun, summarise,
                      write_whole)
from .tables import MISSING, Table, microseconds, milliseconds, percent, ratio, scientific

EXPLANATION = """\
Each row is one convolution as it occurs in the networks: float32, one image, input and output in
the plain order channels, rows, columns for every engine, with bias (batch normalisation is folded
into it), without activation. Times are microseconds of a whole run, input to output: the median
of {rounds} rounds' medians, in which the engines take turns, each in a process of its own on as
many cores as threads, while the others are stopped.

- **layer**: kernel, channels -> filters, map of the input, /stride; `p` padding where it is not
  half the kernel, `dw` depthwise, `g` groups. **n**: how often it occurs in the network.
- **speed**: time of the best other engine divided by fovea's: above 1, fovea is faster.
- **of peak**: what fovea reaches of the roofline bound: the time in which this machine, at its
  measured peak, would do the arithmetic, or at measured speed read operands and result once from
  the caches (or memory) that hold them, whichever takes longer (**bound**). Operations are those
  of the direct algorithm, so that one that saves operations can be above 100%.
- **conv**: the part of fovea's run that the kernels of the convolution take; the rest is
  changes of layout and the call.
- **error**: of fovea's result against a convolution in float64, relative to its largest value."""


def _engines(results: Sequence[Result]) -> list[str]:
    return [name for name in TITLES if results and name in results[0].timings]


def _time(result: Result, name: str) -> str:
    timing = result.timings[name]
    return microseconds(timing.seconds) if timing.ok else "failed"


def failures(results: Sequence[Result]) -> list[str]:
    """Each engine's reasons, said once, and where."""
    places: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for name, timing in result.timings.items():
            if timing.failure:
                place = f"{result.place} on {threads_text(result.threads)}"
                places.setdefault((name, timing.failure), []).append(place)
    return [
        f"{TITLES[name]}: {reason} (" + (
            "everywhere" if len(where) == len(results)
            else ", ".join(where[:3]) + (f" and {len(where) - 3} more" if len(where) > 3 else "")
        ) + ")"
        for (name, reason), where in places.items()
    ]


def threads_text(number: int) -> str:
    return "1 thread" if number == 1 else f"{number} threads"


# --- Layers ----------------------------------------------------------------------------------


def layer_table(results: list[LayerResult], network: str) -> Table:
    peers = [name for name in _engines(results) if name != FOVEA]
    table = Table(["layer", "n", "fovea", *(TITLES[name] for name in peers), "speed", "of peak",
                   "bound", "conv", "error", "algorithm"], texts=("bound", "algorithm"))
    for r in results:
        fovea = r.fovea
        table.rows.append([
            r.layer.label, str(r.layer.count(network)), *(_time(r, n) for n in (FOVEA, *peers)),
            ratio(r.ratio), percent(r.of_bound), r.bound,
            percent(min(fovea.conv_seconds / fovea.seconds, 1.0)), scientific(fovea.error),
            fovea.algorithm or MISSING,
        ])
    return table


def _summaries(run: LayersRun) -> list[Summary]:
    networks = networks_of([r.layer for r in run.results])
    return [summarise(run.results, network, threads)
            for network in [*networks, ALL] for threads in run.threads]


def summary_table(run: LayersRun) -> Table:
    table = Table(["network", "threads", "layers", "speed", "fovea", "best peer", "",
                   "speed in all"], texts=("",))
    for s in _summaries(run):
        peers = {name: total for name, total in s.totals.items() if name != FOVEA}
        best = min(peers, key=peers.__getitem__) if peers else None
        of = "" if s.compared == s.layers else f"{s.compared} of "
        table.rows.append([
            s.network, str(s.threads), f"{of}{s.layers}", ratio(s.geometric_mean),
            milliseconds(s.totals.get(FOVEA, float("nan"))),
            milliseconds(peers[best]) if best else MISSING, TITLES[best] if best else "",
            ratio(s.ratio_of_totals),
        ])
    return table


SUMMARY_EXPLANATION = """\
**speed** is the geometric mean over the different layers, each counted once, of the time of the
best other engine divided by fovea's. **fovea** and **best peer** are milliseconds of all layers
together, as often as each occurs in the network; the peer is the one with the least, and **speed
in all** the quotient."""


def machine_table(run: LayersRun | KernelsRun | ZooRun | EquationsRun) -> Table:
    table = Table(["threads", "GFLOP/s", "GB/s from memory"], left=0)
    for machine in run.machines:
        table.rows.append([str(machine.threads), f"{machine.flops_per_second / 1e9:.0f}",
                           f"{machine.bytes_per_second / 1e9:.1f}"])
    return table


def notes(results: Sequence[Result]) -> list[str]:
    spreads = sorted(t.spread for r in results for t in r.timings.values() if t.ok)
    calm = [f"Rounds differ by {percent(spreads[len(spreads) // 2])} in the median, "
            f"by {percent(spreads[len(spreads) * 9 // 10])} in the worst tenth."] if spreads else []
    return calm + failures(results)


def layers_text(run: LayersRun) -> str:
    parts = [about_text(run.about)]
    for network in networks_of([r.layer for r in run.results]):
        for threads in run.threads:
            mine = _of(run, network, threads)
            title = f"{network}, {threads_text(threads)} (microseconds)"
            parts.append(f"{title}\n{layer_table(mine, network).to_text()}")
    parts += ["all layers (milliseconds)\n" + summary_table(run).to_text(),
              machine_table(run).to_text(), "\n".join(notes(run.results))]
    return "\n\n".join(part for part in parts if part)


def _of(run: LayersRun, network: str, threads: int) -> list[LayerResult]:
    mine = [r for r in run.results if r.threads == threads and network in r.layer.networks]
    return sorted(mine, key=lambda r: r.layer.networks[network][0])


def write_layers(run: LayersRun, folder: Path) -> list[Path]:
    """layers.md and its charts."""
    networks = networks_of([r.layer for r in run.results])
    rounds = max(len(t.rounds) for r in run.results for t in r.timings.values())
    parts = [
        "# Single convolution layers", about_markdown(run.about),
        summary_table(run).to_markdown(), SUMMARY_EXPLANATION,
        "![geometric means](layers-summary.svg)",
        "This machine at its best, as measured before the run:", machine_table(run).to_markdown(),
        "\n".join(f"- {note}" for note in notes(run.results)),
        "## How to read the tables", EXPLANATION.format(rounds=rounds),
    ]
    written = [write_chart(folder / "layers-summary.svg", charts.summary_chart(_summaries(run)))]
    for network in networks:
        name = f"layers-{network}.svg"
        by_threads = [_of(run, network, threads) for threads in run.threads]
        written.append(write_chart(folder / name, charts.layer_chart(network, by_threads)))
        parts += [f"## {network}", f"![{network}, layer by layer]({name})"]
        for threads, mine in zip(run.threads, by_threads):
            parts += [threads_text(threads) + ":", layer_table(mine, network).to_markdown()]
    page = folder / "layers.md"
    write_whole(page, "\n\n".join(parts) + "\n")
    return [page, *written]


def write_chart(path: Path, svg: str) -> Path:
    write_whole(path, svg)
    return path


# --- LeNet-5 ---------------------------------------------------------------------------------


def network_table(results: list[NetworkResult], first: str) -> Table:
    peers = [name for name in _engines(results) if name != FOVEA]
    table = Table([first, "threads", "fovea", *(TITLES[name] for name in peers), "speed",
                   "best peer", "error"], left=0, texts=("best peer",))
    for r in results:
        table.rows.append([
            str(r.batch), str(r.threads), *(_time(r, name) for name in (FOVEA, *peers)),
            ratio(r.ratio), TITLES.get(r.best_peer or "", MISSING), scientific(r.fovea.error),
        ])
    return table


def call_table(results: list[NetworkResult]) -> Table:
    engines = _engines(results)
    table = Table(["threads", *(TITLES[name] for name in engines)], left=0)
    for r in results:
        table.rows.append([str(r.threads), *(_time(r, name) for name in engines)])
    return table


def compile_table(compilations: list[Compilation]) -> Table:
    table = Table(["batch", "cold", "warm"], left=0)
    for c in compilations:
        cells = ["failed"] * 2 if c.failure else [_median_seconds(c.cold), _median_seconds(c.warm)]
        table.rows.append([str(c.batch), *cells])
    return table


def _median_seconds(samples: list[float]) -> str:
    return f"{sorted(samples)[len(samples) // 2]:.2f} s" if samples else MISSING


LENET_EXPLANATION = """\
LeNet-5 (`zoo:lenet5`: tanh, average pooling, softmax) with the same trained weights in every
engine, on digits of MNIST. Times are microseconds of a whole run: the median of rounds' medians, in
which the engines take turns, each in a process of its own, while the others are stopped. **speed**
is the time of the best other engine divided by fovea's: above 1, fovea is faster. **error** is
that of fovea's probabilities against float64, relative to the largest."""

CALL_EXPLANATION = """\
What a call costs by itself: microseconds for the rectifier of one number. fovea is called from C++,
the others from Python, by their calls of least cost (bound or shared tensors)."""

COMPILE_EXPLANATION = """\
Compilation by fovea, in a new process, on all cores: cold without kernels kept from earlier times,
warm with them. Medians."""
PROMISED_COLD, PROMISED_WARM = 5.0, 0.3  # seconds, at most


def _promise(compilations: list[Compilation]) -> str:
    kept = all(not c.failure and max(c.cold) < PROMISED_COLD and max(c.warm) < PROMISED_WARM
               for c in compilations)
    return (f"Promised: below {PROMISED_COLD:g} s cold and {PROMISED_WARM:g} s warm: "
            + ("kept." if kept else "BROKEN."))


def lenet_text(run: LenetRun) -> str:
    problems = failures(run.results) + [f"compilation: {c.failure}" for c in run.compilations
                                        if c.failure]
    return "\n\n".join(filter(None, [
        about_text(run.about),
        "LeNet-5 (microseconds)\n" + network_table(run.results, "batch").to_text(),
        "a call by itself (microseconds)\n" + call_table(run.calls).to_text(),
        "compilation by fovea\n" + compile_table(run.compilations).to_text(),
        _promise(run.compilations), "\n".join(problems),
    ]))


def write_lenet(run: LenetRun, folder: Path) -> list[Path]:
    page = folder / "lenet.md"
    parts = ["# LeNet-5", about_markdown(run.about),
             network_table(run.results, "batch").to_markdown(), LENET_EXPLANATION,
             "\n".join(f"- {note}" for note in notes(run.results)),
             "## A call by itself", CALL_EXPLANATION, call_table(run.calls).to_markdown(),
             "## Compilation", COMPILE_EXPLANATION,
             compile_table(run.compilations).to_markdown(), _promise(run.compilations)]
    write_whole(page, "\n\n".join(part for part in parts if part) + "\n")
    return [page]


# --- What every page says at its top -----------------------------------------------------------


def about_text(about: dict[str, str]) -> str:
    return "\n".join(f"{key:<9}{value}" for key, value in about.items())


def about_markdown(about: dict[str, str]) -> str:
    command = about.get("command", "")
    rows = "\n".join(f"| {key} | {value} |" for key, value in about.items() if key != "command")
    return f"Written by `{command}`.\n\n| | |\n|:--|:--|\n{rows}"
