"""Tells what whole networks take: tables for the terminal, docs/bench/zoo.md and its charts.
Standard library only."""

from __future__ import annotations

import math
from pathlib import Path

from .charts import Bar, Chart, Series, draw
from .report import about_markdown, about_text, machine_table, notes, threads_text, write_chart
from .results import FOVEA, TITLES, ZooResult, ZooRun, geometric_mean, write_whole
from .rooflines import ROOFLINE, kernels_table, roofline_chart
from .tables import MISSING, Table, milliseconds, percent, ratio, scientific
from .zoo import BOUNDS, MEASURED, RATED, WINOGRAD, WINOGRAD_CHANNELS

NEAR = 1.35  # times the bound: the aim
MEAN = "geometric mean"

TIMES = """\
Milliseconds of a whole run, input to output: the median of {rounds} rounds' medians, in which the
engines take turns, each in a process of its own on as many cores as threads, while the others are
stopped. All engines get the same model, of float32, in ONNX format (ncnn: made of it by pnnx;
PyTorch: the module that it was exported from, frozen or eager, whichever is faster), with {images}.
**speed** is the time of the best other engine divided by fovea's: above 1, fovea is faster."""

SUMMARY = f"""\
Geometric means over the networks: of the time of the best other engine (**speed**) and of each
other one, divided by fovea's, and of the parts of the [bounds](#beside-the-least-time) that fovea
reaches. **faster** is in how many networks fovea is faster than all others, **near** in how many it
takes at most {NEAR} times the measured bound."""

LEAST = f"""\
The time that the layers with weights (convolutions, transposed ones, dense layers) would take one
after the other if each took no longer than its arithmetic at this machine's measured peak or, where
that is longer, reading its weights once, as fast as this machine reads so many bytes as the network
has weights. All other layers, activations and changes of layout count as nothing. **direct** counts
the operations of the direct algorithm, two a multiply-add. **Winograd** counts a quarter of them
for convolutions of 3x3 with stride 1, one group and at least {WINOGRAD_CHANNELS} channels and
filters: the multiplications of Winograd's algorithm F(4x4, 3x3), whose transformations are left
out. **measured** lets these convolutions take as long as Winograd's algorithm does in fovea, with
its transformations: {{saves}} of the direct algorithm's time at peak, the geometric mean over the
layers of {' and '.join(RATED)} for which it is chosen, each by itself. The columns **of** are the
bounds divided by fovea's time. Only an algorithm that saves operations can be above 100% of
**direct**; F(6x6, 3x3) could be above 100% of **Winograd**."""

ERRORS = """\
The largest difference between an engine's result and that of PyTorch in float64, relative to the
largest value of that; the larger one where numbers of threads differ. One above 0.001 has no
time."""

COMPILATION = """\
By fovea, on all cores, each time in a new process: **import** reads the model in ONNX format;
**cold** is compile() without kernels kept from earlier times, **warm** with them: both with what is
made of the weights once. **peak** is the most memory of the process so far, to be seen beside the
**weights**; **library** is the size of what `fovea compile` writes, weights included, and **code**
the machine code in it."""


def _peers(run: ZooRun) -> list[str]:
    return [name for name in TITLES if name != FOVEA and run.results
            and name in run.results[0].timings]


def _time(result: ZooResult, name: str) -> str:
    timing = result.timings[name]
    return milliseconds(timing.seconds) if timing.ok else "failed"


def _of(run: ZooRun, threads: int) -> list[ZooResult]:
    return [r for r in run.results if r.threads == threads]


def _ratio_to(result: ZooResult, name: str) -> float:
    timing = result.timings[name]
    return timing.seconds / result.fovea.seconds if timing.ok and result.fovea.ok else math.nan


# --- Tables ------------------------------------------------------------------------------------


def summary_table(run: ZooRun) -> Table:
    peers = _peers(run)
    table = Table(["threads", "networks", "faster", "speed", *(TITLES[name] for name in peers),
                   *(f"of {bound}" for bound in BOUNDS), "near"], left=0)
    for threads in run.threads:
        mine = _of(run, threads)
        table.rows.append([
            str(threads), str(len(mine)), str(sum(r.ratio > 1 for r in mine)),
            ratio(geometric_mean([r.ratio for r in mine])),
            *(ratio(geometric_mean([_ratio_to(r, name) for r in mine])) for name in peers),
            *(percent(geometric_mean([r.of_bound(bound) for r in mine])) for bound in BOUNDS),
            str(sum(r.of_bound(MEASURED) >= 1 / NEAR for r in mine)),
        ])
    return table


def times_table(run: ZooRun) -> Table:
    peers = _peers(run)
    table = Table(["network", "threads", "fovea", *(TITLES[name] for name in peers), "speed",
                   "best peer"], texts=("best peer",))
    for r in run.results:
        table.rows.append([r.network, str(r.threads), *(_time(r, n) for n in (FOVEA, *peers)),
                           ratio(r.ratio), TITLES.get(r.best_peer or "", MISSING)])
    return table


def bounds_table(run: ZooRun) -> Table:
    table = Table(["network", "GMAC", "threads", "fovea",
                   *(title for bound in BOUNDS for title in (bound, f"of {bound}"))])
    macs = {network.name: network.macs for network in run.networks}
    for r in run.results:
        table.rows.append([
            r.network, f"{macs[r.network] / 1e9:.2f}", str(r.threads), _time(r, FOVEA),
            *(cell for bound in BOUNDS
              for cell in (milliseconds(r.bounds[bound]), percent(r.of_bound(bound)))),
        ])
    return table


def errors_table(run: ZooRun) -> Table:
    engines = [FOVEA, *_peers(run)]
    table = Table(["network", *(TITLES[name] for name in engines)])
    for network in run.networks:
        mine = [r for r in run.results if r.network == network.name]
        errors = ([r.timings[name].error for r in mine] for name in engines)
        # A failure of any number of threads leaves no error to speak of.
        table.rows.append([network.name, *(
            scientific(math.nan if any(map(math.isnan, each)) else max(each)) for each in errors)])
    return table


def compilation_table(run: ZooRun) -> Table:
    table = Table(["network", "import", "cold", "warm", "weights", "peak, cold", "peak, warm",
                   "library", "code"])
    for network in run.networks:
        c = network.compilation
        table.rows.append([
            network.name, _seconds(c.import_seconds), _seconds(c.cold_seconds),
            _seconds(c.warm_seconds), _megabytes(network.weight_bytes),
            *map(_megabytes, (c.cold_peak_bytes, c.warm_peak_bytes, c.library_bytes,
                              c.code_bytes)),
        ])
    return table


def _seconds(value: float) -> str:
    return MISSING if math.isnan(value) else f"{value:.2f} s"


def _megabytes(value: float) -> str:
    return MISSING if math.isnan(value) else f"{value / 1e6:,.1f} MB"


def problems(run: ZooRun) -> list[str]:
    return notes(run.results) + [f"compilation of {network.name}: {network.compilation.failure}"
                                 for network in run.networks if network.compilation.failure]


# --- The whole ---------------------------------------------------------------------------------


def zoo_text(run: ZooRun) -> str:
    return "\n\n".join(filter(None, [
        about_text(run.about),
        "networks (milliseconds)\n" + times_table(run).to_text(),
        "bounds (milliseconds)\n" + bounds_table(run).to_text(),
        "errors\n" + errors_table(run).to_text(),
        "compilation by fovea\n" + compilation_table(run).to_text(),
        "geometric means\n" + summary_table(run).to_text(),
        machine_table(run).to_text(), "\n".join(problems(run)),
    ]))


def speed_chart(run: ZooRun) -> str:
    """Each other engine's time beside fovea's would be too many bars: the best one's."""
    rows = _rows(run, lambda r: r.ratio)
    series = [Series(threads_text(threads), f"b{k}") for k, threads in enumerate(run.threads)]
    return draw(Chart("Speed of whole networks", "time of the best other engine, divided by "
                      f"fovea's time; float32, {_images(run)}", series, rows))


def bound_chart(run: ZooRun) -> str:
    series = [Series(f"{threads_text(threads)}: {what}", f"b{k}{style}")
              for what, style in ((WINOGRAD, ""), (MEASURED, " pale"))
              for k, threads in enumerate(run.threads)]
    winograd, measured = (_rows(run, lambda r: r.of_bound(kind)) for kind in (WINOGRAD, MEASURED))
    rows = [(name, [*bars, *more]) for (name, bars), (_, more) in zip(winograd, measured)]
    return draw(Chart("Whole networks beside the least time", "the bound divided by fovea's time",
                      series, rows, below="short of the bound", above="beyond it"))


def _rows(run: ZooRun, value_of) -> list[tuple[str, list[Bar]]]:
    rows = []
    for network in run.networks:
        mine = {r.threads: r for r in run.results if r.network == network.name}
        rows.append((network.name, [Bar(value_of(mine[t]), MISSING) for t in run.threads]))
    return [*rows, (MEAN, [Bar(geometric_mean([value_of(r) for r in _of(run, t)]), MISSING)
                           for t in run.threads])]


def _saves(run: ZooRun) -> str:
    return ", ".join(f"{percent(1 / saved)} with {threads_text(threads)}"
                     for threads, saved in zip(run.threads, run.winograd_saves))


def _images(run: ZooRun) -> str:
    batch = run.networks[0].batch
    return "one image" if batch == 1 else f"{batch} images at a time"


def write_zoo(run: ZooRun, folder: Path) -> list[Path]:
    """zoo.md and its charts; zoo-batch8.md, where a run is of so many images."""
    batch = run.networks[0].batch
    name = "zoo" if batch == 1 else f"zoo-batch{batch}"
    rooflines = {threads: f"{name}-roofline-{threads}.svg" for threads in run.threads}
    rounds = max(len(t.rounds) for r in run.results for t in r.timings.values())
    parts = [
        f"# Whole networks, {_images(run)}", about_markdown(run.about),
        summary_table(run).to_markdown(), SUMMARY,
        f"![speed of whole networks]({name}-speed.svg)",
        "This machine at its best, as measured before the run:", machine_table(run).to_markdown(),
        "\n".join(f"- {problem}" for problem in problems(run)),
        "Weights are random, and the same in every engine: such that values neither vanish nor "
        "explode. Networks are those of torchvision, and a U-Net with 32 base filters.",
        "## Times", TIMES.format(rounds=rounds, images=_images(run)),
        times_table(run).to_markdown(),
        "## Beside the least time", LEAST.format(saves=_saves(run)),
        bounds_table(run).to_markdown(),
        f"![what fovea reaches of the bounds]({name}-bounds.svg)",
        "## Where the time goes", ROOFLINE,
        *(f"![kernels beside the roofline]({file})" for file in rooflines.values()),
        kernels_table(run).to_markdown(),
        "## Errors", ERRORS, errors_table(run).to_markdown(),
        "## Compilation", COMPILATION, compilation_table(run).to_markdown(),
    ]
    page = folder / f"{name}.md"
    write_whole(page, "\n\n".join(part for part in parts if part) + "\n")
    return [page, write_chart(folder / f"{name}-speed.svg", speed_chart(run)),
            write_chart(folder / f"{name}-bounds.svg", bound_chart(run)),
            *(write_chart(folder / file, roofline_chart(run, threads))
              for threads, file in rooflines.items())]
