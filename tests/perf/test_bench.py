#!/usr/bin/env python3
"""The benchmarks of tests/perf/bench as far as they go without other engines: the list of layers,
fovea's workers, what happens to workers that fail, and what is told of results. No time is
asserted."""

import argparse
import math
import os
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree
from dataclasses import replace
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]
import results as gtest_results  # noqa: E402
import equation_cases  # noqa: E402
import kernel_cases  # noqa: E402
import zoo_cases  # noqa: E402
from bench import charts, layers, report, results  # noqa: E402
from bench.workers import EngineError, Worker  # noqa: E402
from npy import read_npy, write_npy  # noqa: E402


# --- The list of layers ------------------------------------------------------------------------


def list_of_layers_is_that_of_the_networks(options):
    # Giga multiply-adds of whole networks as torchvision's documentation gives them ("GFLOPS"),
    # millions of them in dense layers, and numbers of convolutions, from the papers.
    networks = {
        "alexnet": (0.71, 58.6, 5), "vgg16": (15.47, 123.6, 13), "googlenet": (1.50, 1.0, 57),
        "resnet50": (4.09, 2.0, 53), "mobilenet_v2": (0.30, 1.3, 52),
        "efficientnet_b0": (0.39, 1.3, 81),
    }
    known = layers.load()
    assert len(set(known)) == len(known), "a layer occurs twice"
    assert set(layers.networks_of(known)) == {*networks, "unet"}
    for name in layers.networks_of(known):
        places = sorted(p for layer in known for p in layer.networks.get(name, []))
        assert places == list(range(len(places))), f"{name}: {places}"
    for name, (giga, dense, count) in networks.items():
        mine = layers.in_order_of(name, known)
        assert sum(layer.count(name) for layer in mine) == count, name
        total = sum(layer.flops / 2 * layer.count(name) for layer in mine) / 1e9 + dense / 1e3
        assert abs(total - giga) < 0.006 + 0.01 * giga, f"{name}: {total} instead of {giga}"


def samples_are_reproducible(options):
    known = layers.load()
    assert layers.sample(known, 7) == layers.sample(known, 7)
    assert any(layers.sample(known, 7) != layers.sample(known, seed) for seed in range(5))


# --- fovea's worker ----------------------------------------------------------------------------


def convolve(layer, x, w, b):
    """The definition, term by term."""
    (rows, columns), (out_rows, out_columns) = layer.map, layer.output_map
    taps, filters = layer.channels // layer.groups, layer.filters // layer.groups
    y = []
    for f in range(layer.filters):
        for i in range(out_rows):
            for j in range(out_columns):
                total = b[f]
                for c in range(taps):
                    for k in range(layer.kernel[0]):
                        for l in range(layer.kernel[1]):
                            r = i * layer.stride[0] + k * layer.dilation[0] - layer.padding[0]
                            s = j * layer.stride[1] + l * layer.dilation[1] - layer.padding[1]
                            if 0 <= r < rows and 0 <= s < columns:
                                channel = f // filters * taps + c
                                tap = ((f * taps + c) * layer.kernel[0] + k) * layer.kernel[1] + l
                                total += x[(channel * rows + r) * columns + s] * w[tap]
                y.append(total)
    return y


def fovea_worker(options):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    return Worker("fovea", [str(options.programs / "layer_worker")], 1, folder / "log")


def worker_computes_times_and_profiles(options):
    layer = layers.Layer(channels=4, map=(7, 9), filters=6, kernel=(3, 2), stride=(2, 1),
                         padding=(1, 0), dilation=(1, 2), groups=2, bias=True)
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    # Small multiples of 1/8: every sum is exact, in any order.
    x = [(k * 5 % 13 - 6) / 8 for k in range(math.prod(layer.input_shape))]
    w = [(k * 7 % 11 - 5) / 8 for k in range(math.prod(layer.weight_shape))]
    b = [(k - 2) / 8 for k in range(layer.filters)]
    for name, shape, values in (("x", layer.input_shape, x), ("w", layer.weight_shape, w),
                                ("b", [layer.filters], b)):
        write_npy(folder / f"{name}.npy", shape, values)
    worker = fovea_worker(options)
    try:
        answer = worker.ask({
            "do": "prepare", "kind": "conv", "layer": layer.to_json(), "cache": options.cache,
            "input": str(folder / "x.npy"),
            "weights": {"conv.weight": str(folder / "w.npy"), "conv.bias": str(folder / "b.npy")},
        })
        assert worker.version and answer["kernels"] and answer["seconds"] > 0, answer
        assert "conv" in [layer for kernel in answer["kernels"] for layer in kernel["layers"]]
        worker.ask({"do": "output", "path": str(folder / "y.npy")})
        shape, y = read_npy(folder / "y.npy")
        assert shape == layer.output_shape, shape
        assert list(y) == convolve(layer, x, w, b)
        timed = worker.ask({"do": "time", "seconds": 0.01})
        assert timed["samples"] and all(sample > 0 for sample in timed["samples"])
        assert timed["runs_per_sample"] >= 1
        kernels = worker.ask({"do": "profile", "seconds": 0.01})["kernels"]
        assert any("conv" in k["ops"].split() and k["seconds"] > 0 for k in kernels), kernels
    finally:
        worker.close()


def worker_answers_nonsense(options):
    worker = fovea_worker(options)
    prepare = {"do": "prepare", "kind": "conv", "input": "x.npy", "weights": {},
               "cache": options.cache}
    layer = layers.load()[0]
    try:
        for command, words in (
            ({"do": "time", "seconds": 1}, "no network"),
            ({"do": "dance"}, ""),
            ({}, "do"),
            ({**prepare, "kind": "poem"}, "poem"),
            (prepare, "layer"),
            ({**prepare, "layer": replace(layer, groups=5).to_json()}, "groups"),
            ({**prepare, "layer": layer.to_json(),
              "weights": {"conv.weight": "/no/such.npy"}}, "/no/such.npy"),
        ):
            message = error_of(worker, command)
            assert words in message, f"{command}: {message}"
    finally:
        worker.close()


def error_of(worker, command, timeout=600):
    try:
        answer = worker.ask(command, timeout)
    except EngineError as error:
        return str(error)
    raise AssertionError(f"{command} was answered by {answer}")


# --- Workers that fail ---------------------------------------------------------------------------


def shell_worker(options, script):
    """`script` is a program that says that it is ready and then what it likes."""
    log = Path(tempfile.mkdtemp(dir=options.folder)) / "log"
    ready = "echo '{\"version\": \"1\"}'; "
    return Worker("shell", ["/bin/sh", "-c", ready + script, "shell"], 1, log)


def workers_that_end_are_told_and_start_again(options):
    for script, words in (
        ("read line; echo out of memory >&2; exit 3", ("exit code 3", "out of memory")),
        ("read line; kill -9 $$", ("SIGKILL",)),
        ("read line; echo hello", ("no JSON", "hello")),
    ):
        worker = shell_worker(options, script)
        for _ in range(2):
            message = error_of(worker, {"do": "time"})
            assert all(word in message for word in words), message
        worker.close()
    missing = Worker("missing", ["/no/such/program"], 1, options.folder / "log")
    assert "/no/such/program" in error_of(missing, {"do": "time"})


def silent_workers_are_ended(options):
    worker = shell_worker(options, "sleep 1000")
    worker.start()
    assert "no answer within" in error_of(worker, {"do": "time"}, timeout=0.2)
    worker.close()


def idle_workers_are_stopped(options):
    worker = shell_worker(options, "while read line; do echo \"{\\\"pid\\\": $$}\"; done")
    pid = worker.ask({"do": "time"})["pid"]
    end = time.monotonic() + 60
    while state_of(pid) != "T" and time.monotonic() < end:
        time.sleep(0.01)
    assert state_of(pid) == "T", state_of(pid)
    assert worker.ask({"do": "time"})["pid"] == pid
    worker.close()
    assert not os.path.exists(f"/proc/{pid}")


def state_of(pid):
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


# --- What is told of results ---------------------------------------------------------------------


def made_up_run():
    """Two layers of vgg16, of which the second occurs twice: fovea is twice as fast, and half as
    fast, as its best peer."""
    first, second = [layer for layer in layers.load() if "vgg16" in layer.networks][:2]
    first = replace(first, networks={"vgg16": [0]})
    second = replace(second, networks={"vgg16": [1, 2]})
    taken = {first: {"fovea": 0.001, "onnxruntime": 0.002, "openvino": 0.003},
             second: {"fovea": 0.010, "onnxruntime": 0.008, "openvino": 0.005}}
    return results.LayersRun(
        {"command": "./dev bench layers", "engines": "two"},
        [results.Machine(1, 1e11, 1e10, {first.bytes: 1e10, second.bytes: 1e10})],
        [results.LayerResult(1, {
            **{name: results.Timing(seconds=s, rounds=[s, s], error=1e-7) for name, s in t.items()},
            "torch": results.Timing(failure="its process was ended by SIGSEGV"),
        }, layer, 0.0005, "compute") for layer, t in taken.items()],
    )


def summaries_are_right(options):
    run = made_up_run()
    summary = results.summarise(run.results, "vgg16", 1)
    assert (summary.layers, summary.compared) == (2, 2)
    assert abs(summary.geometric_mean - 1) < 1e-12  # of 2 and 1/2
    assert set(summary.totals) == {"fovea", "onnxruntime", "openvino"}
    assert abs(summary.totals["fovea"] - 0.021) < 1e-12  # 1 + 2 * 10 ms
    assert abs(summary.ratio_of_totals - 13 / 21) < 1e-12  # openvino: 3 + 2 * 5 ms
    assert run.results[0].of_bound == 0.5
    run.results[0].timings["fovea"] = results.Timing(failure="wrong")
    summary = results.summarise(run.results, results.ALL, 1)
    assert summary.compared == 1 and summary.geometric_mean == 0.5
    assert "fovea" not in summary.totals and math.isnan(summary.ratio_of_totals)


def runs_are_told_and_kept(options):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    run = made_up_run()
    text = report.layers_text(run)
    for words in ("3x3 3->64 @224x224", "2,000", "SIGSEGV", "OpenVINO"):
        assert words in text, f"{words} is missing:\n{text}"
    results.save(run, folder / "run.json")
    assert report.layers_text(results.load(folder / "run.json")) == text
    written = report.write_layers(run, folder / "docs")
    names = {path.name for path in written}
    assert names == {"layers.md", "layers-vgg16.svg", "layers-summary.svg"}
    assert sorted(written) == sorted((folder / "docs").iterdir()), "something is left over"
    page = (folder / "docs" / "layers.md").read_text()
    assert all(f"({path.name})" in page for path in written if path.suffix == ".svg")


def charts_are_pictures_with_bars(options):
    run = made_up_run()
    root = xml.etree.ElementTree.fromstring(charts.layer_chart("vgg16", [run.results]))
    svg = "{http://www.w3.org/2000/svg}"
    texts = ["".join(text.itertext()) for text in root.iter(f"{svg}text")]
    assert {"2.00", "0.50", "1 thread"} <= set(texts), texts
    bars = [bar for bar in root.iter(f"{svg}rect") if bar.get("height") != "10"]
    lengths = [float(bar.get("width")) for bar in bars]
    assert len(lengths) == 2 and abs(lengths[0] - lengths[1]) < 0.2, lengths  # 2 and 1/2
    width, height = float(root.get("width")), float(root.get("height"))
    for element in [*root.iter(f"{svg}text"), *bars]:
        assert 0 <= float(element.get("x")) <= width and 0 <= float(element.get("y")) <= height


CASES = [
    list_of_layers_is_that_of_the_networks, samples_are_reproducible,
    worker_computes_times_and_profiles, worker_answers_nonsense,
    workers_that_end_are_told_and_start_again, silent_workers_are_ended, idle_workers_are_stopped,
    summaries_are_right, runs_are_told_and_kept, charts_are_pictures_with_bars,
    *equation_cases.CASES, *kernel_cases.CASES, *zoo_cases.CASES,
]


def run_case(case, options):
    start = time.monotonic()
    try:
        case(options)
        message = None
    except Exception:
        message = traceback.format_exc(limit=-2)
    return case.__name__, time.monotonic() - start, message


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", required=True)
    parser.add_argument("--programs", required=True, type=Path)
    parser.add_argument("--cache", required=True, help="folder of compiled kernels")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        options.folder = Path(folder)
        cases = [run_case(case, options) for case in CASES]
    return gtest_results.write(options.output, "bench", cases)


if __name__ == "__main__":
    sys.exit(main())
