"""What test_bench.py tests of `./dev bench equations`. No time is asserted."""

import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from bench import equations, report_equations, results, unit
from bench.equations import Convolution, Filter
from bench.results import FOVEA
from bench.workers import EngineError, Worker
from npy import read_npy, write_npy

SMALL = {kind: Convolution(kind, 2, 3, 3, 6, dilation=2 if kind == "dilated" else 1)
         for kind in ("conv", "dilated", "unshared", "tiled")}


def values_of(shape, step):
    """Small multiples of 1/8: every sum is exact, in any order."""
    count = 1
    for extent in shape:
        count *= extent
    return [(k * step % 13 - 6) / 8 for k in range(count)]


def convolve(case, x, w):
    """The definition of each kind, term by term."""
    side, reach, places = case.map, case.kernel, case.output_map
    y = []
    for f in range(case.filters):
        for i in range(places):
            for j in range(places):
                total = 0.0
                for c in range(case.channels):
                    for m in range(reach):
                        for n in range(reach):
                            r = i * case.stride + m * case.dilation - case.padding
                            s = j * case.stride + n * case.dilation - case.padding
                            if not (0 <= r < side and 0 <= s < side):
                                continue
                            tap = (c * reach + m) * reach + n
                            taps = case.channels * reach * reach
                            at = {"unshared": ((f * places + i) * places + j) * taps + tap,
                                  "tiled": ((f * taps + tap) * 2 + i % 2) * 2 + j % 2,
                                  }.get(case.kind, f * taps + tap)
                            total += x[(c * side + r) * side + s] * w[at]
                y.append(total)
    return y


def layer_worker(options):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    return Worker("fovea", [str(options.programs / "layer_worker")], 1, folder / "log"), folder


def worker_computes_equations_as_ops(options):
    """Each kind as an equation, and of those that are layers the op, also by an algorithm that is
    prescribed."""
    worker, folder = layer_worker(options)
    try:
        for case in [*SMALL.values(), replace(SMALL["conv"], stride=2)]:
            x, w = values_of(case.input_shape, 5), values_of(case.weight_shape, 7)
            write_npy(folder / "x.npy", case.input_shape, x)
            write_npy(folder / "batch.npy", (1, *case.input_shape), x)
            write_npy(folder / "w.npy", case.weight_shape, w)
            expected = tuple(convolve(case, x, w))
            for side in (FOVEA, equations.OP, equations.DIRECT):
                if side != FOVEA and case.kind not in ("conv", "dilated"):
                    continue
                answer = worker.ask({
                    "do": "prepare", **case.command(side), "cache": options.cache,
                    "input": str(folder / ("x.npy" if side == FOVEA else "batch.npy")),
                    "weights": {"K" if side == FOVEA else "conv.weight": str(folder / "w.npy")}})
                worker.ask({"do": "output", "path": str(folder / "y.npy")})
                assert read_npy(folder / "y.npy")[1] == expected, (case.label, side)
                algorithms = [kernel["algorithm"] for kernel in answer["kernels"]]
                assert side != equations.DIRECT or "direct" in algorithms, algorithms
    finally:
        worker.close()


def worker_filters_pictures(options):
    """One bright pixel, and all filters of a picture of one value."""
    worker, folder = layer_worker(options)
    side = 9
    point = [256.0 if k == side * side // 2 else 0.0 for k in range(side * side)]
    names = {case.name for case in equations.CASES if isinstance(case, Filter)}
    try:
        write_npy(folder / "x.npy", (side, side), point)
        y = filtered(worker, folder, Filter("gaussian5x5", "f32", side), options)
        row = [1, 4, 6, 4, 1]
        assert [y[(r + 2) * side + c + 2] for r in range(5) for c in range(5)] == [
            a * b for a in row for b in row], y
        y = filtered(worker, folder, Filter("sobel_x", "f32", side), options)
        assert [y[4 * side + c] for c in (3, 4, 5)] == [512, 0, -512], y
        y = filtered(worker, folder, Filter("sobel", "f32", side), options)
        assert [y[4 * side + c] for c in (3, 4, 5)] == [512, 0, 512], y
        write_npy(folder / "x.npy", (side, side), [8.0] * side * side)
        for name in sorted(names):
            y = filtered(worker, folder, Filter(name, "f32", side), options)
            expected = 0.0 if name.startswith("sobel") else 8.0
            assert max(abs(value - expected) for value in y) < 1e-5, (name, y)
        write_bytes(folder / "x.npy", side, bytes(map(int, [7] * side * side)))
        y = filtered(worker, folder, Filter("sobel", "u8", side), options)
        assert set(y) == {0.0}, y
    finally:
        worker.close()


def filtered(worker, folder, case, options):
    worker.ask({"do": "prepare", **case.command(FOVEA), "cache": options.cache, "weights": {},
                "input": str(folder / "x.npy")})
    worker.ask({"do": "output", "path": str(folder / "y.npy")})
    return read_npy(folder / "y.npy")[1]


def write_bytes(path, side, content):
    """A square picture of bytes: the header of one of float32, with its type changed."""
    write_npy(path, (side, side), [])
    path.write_bytes(path.read_bytes().replace(b"'<f4'", b"'|u1'") + content)


def worker_refuses_wrong_equations(options):
    worker, folder = layer_worker(options)
    write_npy(folder / "x.npy", (4,), [0.0] * 4)
    prepare = {"do": "prepare", "cache": options.cache, "weights": {},
               "input": str(folder / "x.npy")}
    half = {**prepare, "kind": "filter", "shape": [4, 4]}
    try:
        for command, words in (
            ({**prepare, "kind": "equation", "equation": "f(x: 4xf32)\nZ(i) = x(j)"}, "'j'"),
            ({**prepare, "kind": "equation", "equation": "Z(i) = x(i)"}, "x"),
            ({**half, "filter": "poem", "dtype": "u8"}, "no filter 'poem'"),
            ({**half, "filter": "sobel", "dtype": "u9"}, "no element type 'u9'"),
        ):
            try:
                answer = worker.ask(command)
            except EngineError as error:
                assert words in str(error), error
            else:
                raise AssertionError(f"{command} was answered by {answer}")
    finally:
        worker.close()


def unit_of_equations_compiles(options):
    source = unit.source_of(equations.UNIT_EQUATIONS)
    defined = re.findall(r"define\((.*)\),", source)
    assert len(set(defined)) == equations.UNIT_EQUATIONS, source
    assert unit.compile_seconds(len(unit.EQUATIONS), options.programs) > 0
    broken = {**unit.EQUATIONS}
    try:
        unit.EQUATIONS["conv"] = "(Tensor<1> V) { return Z(i) = V(j); }"
        unit.compile_seconds(1, options.programs)
    except ValueError as error:
        assert "refuses the equations" in str(error), error
    else:
        raise AssertionError("an unbound index was compiled")
    finally:
        unit.EQUATIONS.update(broken)


def equations_are_chosen(options):
    assert len({case.label for case in equations.CASES}) == len(equations.CASES)
    assert {case.group for case in equations.CASES} == set(equations.GROUPS)
    conv = [case for case in equations.CASES if case.group == "conv"]
    assert equations.engines_of(conv) == ()
    assert equations.engines_of(equations.CASES) == ("torch", "opencv")
    done = bench_equations("--filter", "poem")
    assert done.returncode != 0 and "no case is left" in done.stderr, done.stderr
    done = bench_equations("--check")
    assert done.stdout.split() == ["layer_worker", "roofline"], done.stdout


def bench_equations(*arguments):
    return subprocess.run([sys.executable, "-m", "bench", "equations", *arguments],
                          cwd=Path(__file__).resolve().parent, capture_output=True, text=True)


def made_up_equations():
    """A convolution at 90% of the op's speed, an unshared one that reaches 85% of the bandwidth, a
    tiled one without its peer, and a filter that is twice as fast."""
    def timing(seconds, form=""):
        return results.Timing(seconds=seconds, rounds=[seconds, seconds], error=1e-7, form=form)

    conv, unshared, tiled = SMALL["conv"], SMALL["unshared"], SMALL["tiled"]
    missing = results.Timing(failure="not installed")
    bandwidth = unshared.weight_bytes / 0.0085
    return results.EquationsRun(
        {"command": "./dev bench equations"}, [results.Machine(1, 1e11, 1e10, {})],
        [results.EquationResult(1, {FOVEA: timing(0.010, "direct"), "op": timing(0.009)},
                                conv.label, "conv"),
         results.EquationResult(1, {FOVEA: timing(0.010), "torch": timing(0.050, "bmm")},
                                unshared.label, "unshared", unshared.weight_bytes, bandwidth),
         results.EquationResult(1, {FOVEA: timing(0.001), "torch": missing, "strided": missing},
                                tiled.label, "tiled"),
         results.EquationResult(1, {FOVEA: timing(0.001), "opencv": timing(0.002)}, "box5x5 u8",
                                "filter")],
        results.UnitCompilation("c++", [11.0, 9.0, 8.0]),
    )


def equations_are_told_and_kept(options):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    run = made_up_equations()
    rows = report_equations.summary_table(run).rows
    assert [row[3:6] for row in rows] == [
        ["0.95x fovea's op", "0.90x", "1"], ["80% of bandwidth", "85%", "0"],
        ["5.00x PyTorch", "-", "1"], ["0.90x OpenCV", "2.00x", "0"], ["below 10 s", "9.0 s", "0"]]
    (unshared,) = report_equations.group_table(run, "unshared").rows
    assert unshared[2:5] == ["10,000", "50,000", "5.00"] and unshared[6:8] == ["85%", "met"]
    text = report_equations.equations_text(run)
    for words in ("failed", "PyTorch: not installed", "direct", "bmm", "missed"):
        assert words in text, f"{words} is missing:\n{text}"
    results.save(run, folder / "run.json")
    assert report_equations.equations_text(results.load(folder / "run.json")) == text
    done = bench_equations("--report", str(folder / "run.json"), "--docs", str(folder / "docs"))
    assert text in done.stdout, done.stderr
    assert [path.name for path in (folder / "docs").iterdir()] == ["equations.md"]
    page = (folder / "docs" / "equations.md").read_text()
    assert report_equations.summary_table(run).to_markdown() in page
    run.unit = None
    results.save(run, folder / "run.json")
    assert results.load(folder / "run.json").unit is None


CASES = [
    worker_computes_equations_as_ops, worker_filters_pictures, worker_refuses_wrong_equations,
    unit_of_equations_compiles, equations_are_chosen, equations_are_told_and_kept,
]
