"""Tells what equations reach: tables for the terminal, and docs/bench/equations.md. Standard
library only."""

from __future__ import annotations

import math
from pathlib import Path

from .equations import GROUPS, UNIT_EQUATIONS, UNIT_SECONDS
from .report import about_markdown, about_text, machine_table, notes
from .results import FOVEA, TITLES, EquationResult, EquationsRun, write_whole
from .tables import MISSING, Table, microseconds, percent, ratio, scientific

EXPLANATION = """\
Times are microseconds of a run: the median of {rounds} rounds' medians, in which the sides take
turns, each in a process of its own on as many cores as threads, while the others are stopped.
Everything is float32, or bytes where a filter says `u8`; one image, plain arrays in and out.
Weights are parameters on every side, known before the first run: fovea's op and equation may put
them into another order beforehand, as may PyTorch. Results were compared before anything was timed:
**difference** is the largest one between fovea's and the last side's, relative to the largest
value. **form** names fovea's algorithms, and which of its ways a side took.

- **{op}** is the named layer, `conv(...)`, on the same image and weights, with the algorithm that
  the compiler chooses; **{direct}** the same with the algorithm `direct` prescribed.
- PyTorch has no layer for unshared and tiled convolution: it takes columns of windows
  (`torch.nn.functional.unfold`), multiplied with the weights by `einsum`, by `bmm`, or, where the
  convolution is unshared, term by term and summed; whichever is fastest. **{strided}** is four
  convolutions with stride 2, put together, which is no formulation as columns.
- **GB/s of weights**: the weights of unshared convolution, each read once, over the time; **of
  bandwidth**: the part of what this machine reads of so many bytes, measured at that moment.
- Filters are those of `fovea/filters.hpp`, with OpenCV's borders. `sobel` is the magnitude.
- **speed** is the time of a side divided by fovea's: above 1, fovea is faster."""


def figure(result: EquationResult) -> float:
    """What the aim is about."""
    group = GROUPS[result.group]
    return result.of_bandwidth if group.of_bandwidth else result.ratio_to(group.peers[0])


def meets(result: EquationResult) -> bool:
    return figure(result) >= GROUPS[result.group].aim


def _aim(group: str) -> str:
    chosen = GROUPS[group]
    if chosen.of_bandwidth:
        return f"{percent(chosen.aim)} of bandwidth"
    return f"{ratio(chosen.aim)}x {TITLES[chosen.peers[0]]}"


def _groups(run: EquationsRun) -> list[str]:
    return [name for name in GROUPS if any(r.group == name for r in run.results)]


def summary_table(run: EquationsRun) -> Table:
    """Cases without a figure, of which a side failed, miss the aim."""
    table = Table(["", "threads", "cases", "aim", "least", "missed", "least at"],
                  texts=("aim", "least at"))
    for name in _groups(run):
        tell = percent if GROUPS[name].of_bandwidth else (lambda value: ratio(value) + "x")
        for threads in run.threads:
            mine = [r for r in run.results if r.group == name and r.threads == threads]
            known = [r for r in mine if not math.isnan(figure(r))]
            least = min(known, key=figure, default=None)
            table.rows.append([
                GROUPS[name].title, str(threads), str(len(mine)), _aim(name),
                tell(figure(least)) if least else MISSING,
                str(sum(not meets(r) for r in mine)), least.label if least else MISSING,
            ])
    if run.unit:
        table.rows.append([
            f"{UNIT_EQUATIONS} equations in C++, {run.unit.compiler} -O0", "1", "1",
            f"below {UNIT_SECONDS:.0f} s",
            MISSING if run.unit.failure else f"{run.unit.seconds:.1f} s",
            str(int(not run.unit.seconds < UNIT_SECONDS)), "",
        ])
    return table


def group_table(run: EquationsRun, name: str) -> Table:
    group = GROUPS[name]
    reads = ["GB/s of weights", "of bandwidth"] if group.of_bandwidth else []
    table = Table(["case", "threads", "fovea",
                   *(column for side in group.peers for column in (TITLES[side], "speed")),
                   *reads, "aim", "difference", "form"], texts=("aim", "form"))
    for r in (r for r in run.results if r.group == name):
        cells = []
        for side in group.peers:
            timing = r.timings[side]
            cells += [microseconds(timing.seconds) if timing.ok else "failed",
                      ratio(r.ratio_to(side))]
        if reads:
            known = not math.isnan(r.weights_per_second)
            cells += [f"{r.weights_per_second / 1e9:.1f}" if known else MISSING,
                      percent(r.of_bandwidth)]
        forms = [timing.form for timing in r.timings.values() if timing.ok and timing.form]
        table.rows.append([
            r.label, str(r.threads), microseconds(r.fovea.seconds) if r.fovea.ok else "failed",
            *cells, "met" if meets(r) else "missed", scientific(r.fovea.error), ", ".join(forms),
        ])
    return table


def _notes(run: EquationsRun) -> list[str]:
    failed = run.unit.failure if run.unit else None
    return notes(run.results) + ([f"{UNIT_EQUATIONS} equations in C++: {failed}"] if failed else [])


def equations_text(run: EquationsRun) -> str:
    parts = [about_text(run.about)]
    for name in _groups(run):
        parts.append(f"{GROUPS[name].title} (microseconds)\n{group_table(run, name).to_text()}")
    parts += ["all cases\n" + summary_table(run).to_text(), machine_table(run).to_text(),
              "\n".join(_notes(run))]
    return "\n\n".join(part for part in parts if part)


def write_equations(run: EquationsRun, folder: Path) -> list[Path]:
    """equations.md."""
    rounds = max((len(r.timings[FOVEA].rounds) for r in run.results), default=0)
    explanation = EXPLANATION.format(rounds=rounds, **{
        side: TITLES[side] for side in ("op", "direct", "strided")})
    parts = ["# Equations", about_markdown(run.about), summary_table(run).to_markdown(),
             "This machine at its best, as measured before the run:",
             machine_table(run).to_markdown(), "\n".join(f"- {note}" for note in _notes(run)),
             "## How to read the tables", explanation]
    for name in _groups(run):
        parts += [f"## {GROUPS[name].title}", group_table(run, name).to_markdown()]
    page = folder / "equations.md"
    write_whole(page, "\n\n".join(part for part in parts if part) + "\n")
    return [page]
