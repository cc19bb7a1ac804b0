"""What test_bench.py tests of `./dev bench kernels`. No time is asserted."""

import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from dataclasses import replace
from pathlib import Path

from bench import layers, report_kernels, results, run_kernels
from bench.workers import EngineError, Worker

LAYER = layers.Layer(channels=32, map=(6, 5), filters=32, kernel=(3, 3), stride=(1, 1),
                     padding=(1, 1), dilation=(1, 1), groups=1, bias=True, networks={"tiny": [0]})


def kernel_worker_lists_and_times(options):
    worker = kernel_worker(options)
    command = {"layer": LAYER.to_json(), "cache": options.cache}
    try:
        known = worker.ask({"do": "algorithms"})["algorithms"]
        offered = worker.ask({"do": "match", **command})["algorithms"]
        names = [one["algorithm"] for one in offered]
        assert {"generic", "direct", "gemv"} <= set(known), known
        assert {"generic", "direct"} <= set(names) < set(known), names
        estimates = [one["estimate"] for one in offered]
        assert estimates == sorted(estimates) and estimates[0] > 0, estimates
        dense = worker.ask({"do": "match", **command, "layer": layers.DENSE[-1].to_json()})
        assert "gemv" in [one["algorithm"] for one in dense["algorithms"]], dense
        for name, form in (("direct", "blocked"), ("generic", "row-major")):
            answer = worker.ask({"do": "prepare", "algorithm": name, **command})
            assert answer["seconds"] > 0 and answer["estimate"] > 0, answer
            assert form in answer["form"] and answer["schedule"], answer
            timed = worker.ask({"do": "time", "seconds": 0.001})
            assert timed["samples"] and all(sample > 0 for sample in timed["samples"])
            worker.ask({"do": "release"})
    finally:
        worker.close()


def kernel_worker_answers_nonsense(options):
    worker = kernel_worker(options)
    prepare = {"do": "prepare", "algorithm": "direct", "cache": options.cache}
    try:
        for command, words in (
            ({"do": "time", "seconds": 1}, "no kernel"),
            ({"do": "dance"}, "dance"),
            (prepare, "layer"),
            ({**prepare, "layer": replace(LAYER, groups=5).to_json()}, "groups"),
            ({**prepare, "layer": LAYER.to_json(), "algorithm": "poem"}, "poem"),
            ({**prepare, "layer": LAYER.to_json(), "algorithm": "depthwise"}, "does not match"),
        ):
            with unittest.TestCase().assertRaisesRegex(EngineError, words):
                worker.ask(command)
    finally:
        worker.close()


def kernel_worker(options):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    return Worker("fovea", [str(options.programs / "kernel_worker")], 1, folder / "log")


def kernels_are_measured_and_told(options):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    label = "1x1 144->32 @28x28"
    done = bench_kernels(options, "--filter", label, "--json", folder / "run.json",
                         "--docs", folder)
    assert done.returncode == 0, done.stderr
    run = results.load(folder / "run.json")
    assert [(r.algorithm, r.layer.label, r.threads) for r in run.results] == [("direct", label, 1)]
    assert run.results[0].fovea.seconds > 0 and run.results[0].of_bound > 0
    page = (folder / "kernels.md").read_text()
    assert report_kernels.kernel_summary_table(run).to_markdown() in page
    assert report_kernels.kernels_text(run) in done.stdout
    for arguments, words in ((["--algorithm", "poem"], "no algorithm 'poem'"),
                             (["--algorithm", "gemv"], "gemv matches none"),
                             (["--network", "poem"], "no network 'poem'")):
        done = bench_kernels(options, "--filter", label, *arguments)
        assert done.returncode != 0 and words in done.stderr, done.stderr


def bench_kernels(options, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "bench", "kernels", "--threads", "1", "--rounds", "1",
         "--milliseconds", "1", "--programs", options.programs, "--cache", options.cache,
         *arguments], cwd=Path(__file__).resolve().parent, capture_output=True, text=True,
    )


def algorithms_are_chosen(options):
    choose = run_kernels.Wanted().choose
    offered = ["winograd4", "winograd2", "direct", "generic"]
    assert choose(LAYER, offered) == ["direct", "winograd4"]
    assert choose(replace(LAYER, stride=(2, 2)), offered) == ["direct"]
    assert choose(replace(LAYER, groups=32), ["generic", "depthwise"]) == ["depthwise"]
    assert choose(layers.DENSE[0], ["gemv", "direct"]) == ["gemv"]
    assert choose(LAYER, ["pointwise", "generic"]) == ["pointwise"]
    assert run_kernels.Wanted(every=True).choose(LAYER, offered) == offered
    named = run_kernels.Wanted(("generic", "gemv", "winograd4"))
    assert named.choose(LAYER, offered) == ["winograd4", "generic"]


def made_up_kernels():
    """Two layers with big maps: direct reaches 95% and 50% of their bounds, winograd4 is twice as
    fast at one of them and failed at the other."""
    big, other = replace(LAYER, map=(14, 20)), replace(LAYER, map=(28, 28))

    def kernel(layer, algorithm, seconds):
        timing = results.Timing(seconds=seconds, rounds=[seconds]) if seconds else results.Timing(
            failure="too big")
        return results.KernelResult(1, {"fovea": timing}, layer, 0.001, "compute", algorithm, 0.002)

    return results.KernelsRun(
        {"command": "./dev bench kernels"}, [results.Machine(1, 1e11, 1e10, {big.bytes: 1e10})],
        [kernel(big, "direct", 0.001 / 0.95), kernel(big, "winograd4", 0.0005 / 0.95),
         kernel(other, "direct", 0.002), kernel(other, "winograd4", None)],
    )


def summaries_of_kernels_are_right(options):
    direct, winograd = report_kernels.summarise_kernels(made_up_kernels())
    assert (direct.algorithm, direct.kind) == ("direct", report_kernels.LARGE)
    assert abs(direct.least - 0.5) < 1e-12 and direct.least_at.endswith("@28x28")
    assert abs(direct.median - 0.725) < 1e-12 and (direct.aim, direct.below) == (0.9, 1)
    assert winograd.is_ratio and list(winograd.figures) == ["3x3 32->32 @14x20"]
    assert abs(winograd.least - 2) < 1e-12 and winograd.aim is None
    kind_of = {algorithm: report_kernels.class_of(results.KernelResult(
        1, {}, layer, algorithm=algorithm))[1] for algorithm, layer in (
            ("direct", LAYER), ("gemv", layers.DENSE[0]), ("winograd2", LAYER),
            ("generic", layers.DENSE[0]), ("depthwise", LAYER))}
    assert kind_of == {
        "direct": report_kernels.SMALL, "gemv": report_kernels.MUCH,
        "winograd2": report_kernels.SMALL, "generic": report_kernels.PIXEL,
        "depthwise": report_kernels.ALL_MAPS}


def kernels_are_told_and_kept(options):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    run = made_up_kernels()
    text = report_kernels.kernels_text(run)
    for words in ("95%", "2.00x", "failed", "too big", "winograd4 (microseconds)"):
        assert words in text, f"{words} is missing:\n{text}"
    results.save(run, folder / "run.json")
    assert report_kernels.kernels_text(results.load(folder / "run.json")) == text
    written = report_kernels.write_kernels(run, folder / "docs")
    assert [path.name for path in written] == ["kernels.md", "kernels.svg"]
    assert sorted(written) == sorted((folder / "docs").iterdir()), "something is left over"
    root = xml.etree.ElementTree.parse(written[1]).getroot()
    texts = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"0.50", "2.00", "← short of the bound, or of direct"} <= set(texts), texts


CASES = [
    kernel_worker_lists_and_times, kernel_worker_answers_nonsense, kernels_are_measured_and_told,
    algorithms_are_chosen, summaries_of_kernels_are_right, kernels_are_told_and_kept,
]
