"""What test_bench.py tests of `./dev bench zoo`. No time is asserted."""

import struct
import tempfile
import xml.etree.ElementTree
from pathlib import Path

from bench import elf, report_zoo, results, rooflines, zoo
from bench.workers import Worker
from npy import read_npy, write_npy

# --- The bounds ----------------------------------------------------------------------------------


def bounds_are_sums_over_layers(options):
    layers = (zoo.LayerCost(macs=4_000, weight_bytes=100, winograd=True),  # 8 s of arithmetic
              zoo.LayerCost(macs=6_000, weight_bytes=900, winograd=False),  # 12 s of it
              zoo.LayerCost(macs=1_000, weight_bytes=700, winograd=False),  # 7 s of memory
              zoo.LayerCost(macs=3_000, weight_bytes=300, winograd=True))  # 6 s, or 3 s of memory
    rates = {"flops_per_second": 1e3, "bytes_per_second": 1e2}
    assert zoo.bound_seconds(layers, **rates, winograd_saves=1) == 8 + 12 + 7 + 6
    assert zoo.bound_seconds(layers, **rates, winograd_saves=4) == 2 + 12 + 7 + 3
    assert zoo.bound_seconds(layers, **rates, winograd_saves=2) == 4 + 12 + 7 + 3
    plain = {"kernel": (3, 3), "stride": (1, 1), "dilation": (1, 1), "groups": 1, "channels": 16,
             "filters": 16}
    assert zoo.suits_winograd(**plain)
    for change in ({"kernel": (3, 1)}, {"stride": (1, 2)}, {"dilation": (2, 2)}, {"groups": 2},
                   {"channels": 15}, {"filters": 3}):
        assert not zoo.suits_winograd(**{**plain, **change}), change
    assert set(zoo.QUICK) < set(zoo.NETWORKS)


# --- fovea's worker ------------------------------------------------------------------------------


def field(number, value):
    """Of a message of protobuf: a varint, or what has a length."""
    if isinstance(value, int):
        assert 0 <= value < 128
        return bytes([number << 3, value])
    content = value.encode() if isinstance(value, str) else value
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content


def relu_model(extent):
    """In ONNX format: y = relu(x), float32, of shape (extent)."""
    shape = field(1, field(1, extent))
    tensor = field(2, field(1, field(1, 1) + field(2, shape)))
    graph = (field(1, field(1, "x") + field(2, "y") + field(4, "Relu")) + field(2, "tiny")
             + field(11, field(1, "x") + tensor) + field(12, field(1, "y") + tensor))
    return field(1, 8) + field(8, field(2, 17)) + field(7, graph)


def worker_runs_models_in_onnx_format(options):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    (folder / "model.onnx").write_bytes(relu_model(3))
    write_npy(folder / "x.npy", [3], [-1.0, 0.5, 2.0])
    worker = Worker("fovea", [str(options.programs / "layer_worker")], 1, folder / "log")
    try:
        answer = worker.ask({
            "do": "prepare", "kind": "onnx", "onnx": str(folder / "model.onnx"),
            "input": str(folder / "x.npy"), "weights": {}, "cache": options.cache,
        })
        assert answer["network_seconds"] > 0 and answer["seconds"] > 0, answer
        assert 1e6 < answer["peak_bytes"] < 1e10, answer
        worker.ask({"do": "output", "path": str(folder / "y.npy")})
        assert read_npy(folder / "y.npy") == ((3,), (0.0, 0.5, 2.0))
    finally:
        worker.close()


# --- Libraries -----------------------------------------------------------------------------------


def code_in_libraries_is_counted(options):
    """Of a file whose sections are made up, and of a program: its code is a part of it."""
    writable, allocated, executable = 1, 2, 4
    sections = [(0, 0), (allocated | executable, 1000), (allocated, 500), (writable, 70),
                (allocated | executable, 24)]
    header = bytearray(64)
    struct.pack_into("<Q", header, 40, 80)  # e_shoff
    struct.pack_into("<HH", header, 58, 64, len(sections))  # e_shentsize, e_shnum
    table = b"".join(struct.pack("<IIQQQQIIQQ", 0, 1, flags, 0, 0, size, 0, 0, 1, 0)
                     for flags, size in sections)
    path = options.folder / "made_up.so"
    path.write_bytes(bytes(header) + bytes(16) + table)
    assert elf.code_bytes(path) == 1024
    program = options.programs / "layer_worker"
    assert 1000 < elf.code_bytes(program) < program.stat().st_size


# --- What is told of results ---------------------------------------------------------------------


def made_up_zoo():
    """Two networks, of which fovea is twice as fast and half as fast as its best peer, and failed
    to compile the second one's library."""
    def timings(**seconds):
        return {**{name: results.Timing(seconds=s, rounds=[s, s], error=1e-6)
                   for name, s in seconds.items()},
                "ncnn": results.Timing(failure="pnnx ended with exit code 1", error=0.5)}

    compiled = results.NetworkCompilation(0.25, 30.0, 0.5, 900e6, 400e6, 98e6, 1.5e6)
    return results.ZooRun(
        {"command": "./dev bench zoo", "engines": "three"},
        [results.Machine(1, 1e11, 1e10, {})], [2.5],
        [results.ZooNetwork("resnet50", 1, 4_089_000_000, 102_200_000, compiled),
         results.ZooNetwork("unet", 1, 10_500_000_000, 31_000_000,
                            results.NetworkCompilation(failure="out of memory"))],
        [results.ZooResult(1, timings(fovea=0.02, onnxruntime=0.04, torch=0.06), "resnet50", 1,
                           {"direct": 0.016, "Winograd": 0.008, "measured": 0.015}),
         results.ZooResult(1, timings(fovea=0.08, onnxruntime=0.08, torch=0.04), "unet", 1,
                           {"direct": 0.032, "Winograd": 0.016, "measured": 0.02})],
    )


def zoo_tables_are_right(options):
    run = made_up_zoo()
    (summary,) = report_zoo.summary_table(run).rows
    # threads, networks, faster; speed: of 2 and 1/2; ONNX Runtime: of 2 and 1; PyTorch: 3 and 1/2.
    # Of direct: 80% and 40%, of Winograd half of that, of measured 75% and 25%: 1.33 and 4 times.
    assert summary == ["1", "2", "1", "1.00", "1.41", "1.22", "-", "57%", "28%", "43%",
                       "1"], summary
    assert report_zoo.times_table(run).rows[1] == [
        "unet", "1", "80.0", "80.0", "40.0", "failed", "0.50", "PyTorch"]
    assert report_zoo.bounds_table(run).rows[0] == [
        "resnet50", "4.09", "1", "20.0", "16.0", "80%", "8.000", "40%", "15.0", "75%"]
    assert report_zoo.errors_table(run).rows[0] == ["resnet50", "1e-06", "1e-06", "1e-06", "5e-01"]
    assert [row[1:] for row in report_zoo.compilation_table(run).rows] == [
        ["0.25 s", "30.00 s", "0.50 s", "102.2 MB", "900.0 MB", "400.0 MB", "98.0 MB", "1.5 MB"],
        ["-", "-", "-", "31.0 MB", "-", "-", "-", "-"]]


def made_up_kernels():
    """Of resnet50: two convolutions by different tiles of Winograd's algorithm, at the peak of 1e11
    and at twice that, and a copy at the full speed of a cache."""
    def kernel(ops, algorithm, seconds, macs, size):
        return {"layer": "a", "ops": ops, "algorithm": algorithm, "seconds": seconds, "macs": macs,
                "bytes": size}

    run = made_up_zoo()
    run.machines[0].bytes_per_second_of[1 << 20] = 1e11
    run.results[0].fovea.kernels = [
        kernel("conv relu", "winograd2", 0.004, 200_000_000, 1_000_000),
        kernel("conv relu", "winograd4", 0.002, 200_000_000, 1_000_000),
        kernel("concat", "generic", 0.00001, 0, 1_000_000)]
    return run


def kernels_stand_beside_the_roofline(options):
    run = made_up_kernels()
    # Least times: 4 ms and 4 ms of arithmetic; 10 us.
    assert rooflines.kernels_table(run).rows == [
        ["resnet50", "1", "conv relu", "winograd", "2", "6.000", "100%", "133%"],
        ["resnet50", "1", "concat", "generic", "1", "0.010", "0.2%", "100%"]]
    assert rooflines.speed(run.machines[0], (1 << 20) + 1) == 1e10  # from memory
    svg = "{http://www.w3.org/2000/svg}"
    root = xml.etree.ElementTree.fromstring(rooflines.roofline_chart(run, 1))
    discs = sorted(float(disc.get("cy")) for disc in root.iter(f"{svg}circle"))
    (roof,) = {float(path.get("d").split("L")[1].split("H")[0].split()[1])
               for path in root.iter(f"{svg}path") if path.get("class") == "roof"}
    assert len(discs) == 2 and discs[0] < roof, (discs, roof)
    assert abs(discs[1] - roof) < 0.2, "100 GFLOP/s of the direct algorithm"


def zoo_is_told_and_kept(options):
    folder = Path(tempfile.mkdtemp(dir=options.folder))
    run = made_up_zoo()
    text = report_zoo.zoo_text(run)
    for words in ("pnnx ended with exit code 1", "compilation of unet: out of memory"):
        assert words in text, f"{words} is missing:\n{text}"
    results.save(run, folder / "run.json")
    assert report_zoo.zoo_text(results.load(folder / "run.json")) == text
    written = report_zoo.write_zoo(run, folder / "docs")
    assert [path.name for path in written] == [
        "zoo.md", "zoo-speed.svg", "zoo-bounds.svg", "zoo-roofline-1.svg"]
    assert sorted(written) == sorted((folder / "docs").iterdir()), "something is left over"
    page = written[0].read_text()
    assert all(f"({path.name})" in page for path in written[1:])
    assert "40% with 1 thread of the direct algorithm's time" in " ".join(page.split())
    run.networks[0].batch = 8
    batch = report_zoo.write_zoo(run, folder / "more")
    assert [path.name for path in batch] == [path.name.replace("zoo", "zoo-batch8")
                                             for path in written]
    for path, figures in zip(written[1:], ({"2.00", "0.50", "1.00"}, {"0.40", "0.20", "0.75"})):
        root = xml.etree.ElementTree.parse(path).getroot()
        texts = {"".join(text.itertext())
                 for text in root.iter("{http://www.w3.org/2000/svg}text")}
        assert {*figures, "resnet50", "unet", "geometric mean"} <= texts, texts


CASES = [
    bounds_are_sums_over_layers, worker_runs_models_in_onnx_format, code_in_libraries_is_counted,
    zoo_tables_are_right, kernels_stand_beside_the_roofline, zoo_is_told_and_kept,
]
