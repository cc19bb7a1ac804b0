"""What runs in the process of another engine: `python -m bench.engines NAME THREADS`.

It obeys the commands that tests/perf/layer_worker.cpp describes, and times runs by the same rule.
Every engine gets its input, and gives its output, as a plain array in the order batch, channels,
rows, columns, in memory that was allocated beforehand where the engine allows it.
"""

from __future__ import annotations

import gc
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TextIO

import numpy as np

from . import formulations
from .opencv import OpenCv

SAMPLE_SECONDS = 50e-6  # at least, of one sample: short runs are timed several at a time
MOST_RUNS = 1000  # in one sample

Run = Callable[[], object]


class Engine(Protocol):
    version: str
    form: str  # which of several ways it runs the network, if there are several

    def prepare(self, command: dict) -> Run: ...

    def output(self) -> np.ndarray: ...


class OnnxRuntime:
    form = ""

    def __init__(self, threads: int) -> None:
        import onnxruntime

        self.ort = onnxruntime
        self.version = onnxruntime.__version__
        self.options = onnxruntime.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1

    def prepare(self, command: dict) -> Run:
        session = self.ort.InferenceSession(
            command["onnx"], self.options, providers=["CPUExecutionProvider"]
        )
        self.y = np.zeros(command["output_shape"], np.float32)
        binding = session.io_binding()
        # The binding knows addresses: the values must live as long.
        self.values = [self.ort.OrtValue.ortvalue_from_numpy(array)
                       for array in (np.load(command["input"]), self.y)]
        binding.bind_ortvalue_input("x", self.values[0])
        binding.bind_ortvalue_output("y", self.values[1])
        return lambda: session.run_with_iobinding(binding)

    def output(self) -> np.ndarray:
        return self.values[1].numpy()


class OpenVino:
    form = ""

    def __init__(self, threads: int) -> None:
        import openvino

        self.ov = openvino
        self.version = openvino.__version__.split("-")[0]
        self.core = openvino.Core()
        self.config = {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": "1",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",  # it would take bf16 where the processor has it
        }

    def prepare(self, command: dict) -> Run:
        compiled = self.core.compile_model(command["onnx"], "CPU", self.config)
        request = compiled.create_infer_request()
        self.x, self.y = np.load(command["input"]), np.zeros(command["output_shape"], np.float32)
        request.set_input_tensor(0, self.ov.Tensor(self.x, shared_memory=True))
        request.set_output_tensor(0, self.ov.Tensor(self.y, shared_memory=True))
        # What infer() returns would be copied without share_outputs.
        return lambda: request.infer(share_outputs=True)

    def output(self) -> np.ndarray:
        return self.y


class PyTorch:
    """As the user writes it, or frozen with its weights in oneDNN's layout: whichever is faster. A
    convolution that it has no layer for: in the fastest of several ways."""

    form = ""

    def __init__(self, threads: int) -> None:
        import torch

        self.torch = torch
        self.version = torch.__version__.split("+")[0]
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        self.run: Callable
        self.mode = torch.inference_mode()  # kept: it ends with the object
        self.mode.__enter__()

    def prepare(self, command: dict) -> Run:
        if command["kind"] in formulations.FORMS:
            forms = formulations.forms_of(self.torch, command)
        else:
            forms = self._module_forms(command)
        for run in forms.values():
            time_runs(run, 0.01)  # compiles and specialises
        medians = {form: float(np.median(time_runs(run, 0.02)[0])) for form, run in forms.items()}
        self.form = min(medians, key=medians.__getitem__)
        self.run = forms[self.form]
        return self.run

    def output(self) -> np.ndarray:
        return self.run().numpy()

    def _module_forms(self, command: dict) -> dict[str, Callable]:
        torch = self.torch
        module = self._module(command).eval()
        x = torch.from_numpy(np.load(command["input"]))
        forms: dict[str, Callable] = {"eager": lambda: module(x)}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # deprecated, but what there is
            try:
                frozen = torch.jit.optimize_for_inference(torch.jit.trace(module, x))
                forms["frozen"] = lambda: frozen(x)
                forms["frozen"]()
            except RuntimeError as error:
                forms.pop("frozen", None)
                print(f"not frozen: {error}", file=sys.stderr)
        return forms

    def _module(self, command: dict):
        if command["kind"] == "onnx":
            from . import export

            return export.load(Path(command["onnx"]).parent)
        module = self._small_module(command)
        module.load_state_dict({name: self.torch.from_numpy(np.load(path))
                                for name, path in command["weights"].items()})
        return module

    def _small_module(self, command: dict):
        nn = self.torch.nn
        if command["kind"] == "call":
            return nn.ReLU()
        if command["kind"] == "conv":
            c = command["layer"]
            conv = nn.Conv2d(
                c["channels"], c["filters"], c["kernel"], c["stride"], c["padding"],
                c["dilation"], c["groups"], c["bias"],
            )
            return nn.Sequential(OrderedDict(conv=conv))
        return nn.Sequential(OrderedDict(
            conv1=nn.Conv2d(1, 6, 5, padding=2), tanh1=nn.Tanh(), pool1=nn.AvgPool2d(2),
            conv2=nn.Conv2d(6, 16, 5), tanh2=nn.Tanh(), pool2=nn.AvgPool2d(2),
            conv3=nn.Conv2d(16, 120, 5), tanh3=nn.Tanh(), flatten=nn.Flatten(),
            fc1=nn.Linear(120, 84), tanh4=nn.Tanh(), fc2=nn.Linear(84, 10), softmax=nn.Softmax(1),
        ))


class Ncnn:
    """Fed and read by its Python API, which copies the result. It knows no batch: images follow one
    another."""

    form = ""

    def __init__(self, threads: int) -> None:
        import ncnn

        self.ncnn = ncnn
        self.version = ncnn.__version__
        self.threads = threads

    def prepare(self, command: dict) -> Run:
        ncnn = self.ncnn
        param, weights = ncnn_files(Path(command["one_image"]))
        self.net = net = ncnn.Net()
        net.opt.num_threads = self.threads
        net.opt.use_vulkan_compute = False
        for name in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic",
                     "use_bf16_storage"):
            setattr(net.opt, name, False)  # float32, as all
        if net.load_param(str(param)) or net.load_model(str(weights)):
            raise RuntimeError(f"cannot read {param}")
        images = np.load(command["input"])
        self.y = np.zeros(command["output_shape"], np.float32)

        def run() -> None:
            for image, result in zip(images, self.y):
                extractor = net.create_extractor()
                extractor.input("in0", ncnn.Mat(image))
                failed, value = extractor.extract("out0")
                if failed:
                    raise RuntimeError("ncnn has no result")
                result[...] = value

        return run

    def output(self) -> np.ndarray:
        return self.y


def ncnn_files(model: Path) -> tuple[Path, Path]:
    """A model in ncnn's format, made of one in ONNX format by pnnx, and kept beside it."""
    files = model.with_name("ncnn.param"), model.with_name("ncnn.bin")
    if all(path.exists() for path in files):
        return files
    import ncnn

    pnnx = Path(ncnn.__file__).parents[1] / "pnnx" / "pnnx"
    with tempfile.TemporaryDirectory(prefix=".ncnn.", dir=model.parent) as folder:
        # It writes its intermediate files beside its input.
        source = Path(folder) / model.name
        source.symlink_to(model)
        made = [Path(folder) / path.name for path in files]
        done = subprocess.run(
            [str(pnnx), source.name, f"ncnnparam={made[0]}", f"ncnnbin={made[1]}", "fp16=0"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
        )
        if done.returncode or not all(path.exists() for path in made):
            words = [line for line in done.stdout.splitlines() if line.strip()]
            raise RuntimeError(f"pnnx ended with exit code {done.returncode}: "
                               + (words[-1] if words else "no word"))
        for path, place in zip(made, files):
            path.rename(place)
    return files


ENGINES: dict[str, Callable[[int], Engine]] = {
    "onnxruntime": OnnxRuntime,
    "openvino": OpenVino,
    "torch": PyTorch,
    "ncnn": Ncnn,
    "opencv": OpenCv,
}


def time_runs(run: Run, seconds: float) -> tuple[list[float], int]:
    """Samples in seconds of one run, and how many runs each is the mean of."""
    clock = time.perf_counter_ns
    begin = clock()
    run()
    once = max(clock() - begin, 1) * 1e-9
    runs = min(max(math.ceil(SAMPLE_SECONDS / once), 1), MOST_RUNS)
    repeat = range(runs)
    end = begin + int(seconds * 1e9)
    samples = []
    while True:
        start = clock()
        for _ in repeat:
            run()
        now = clock()
        samples.append((now - start) * 1e-9 / runs)
        if now >= end:
            return samples, runs


class Worker:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.run: Run | None = None

    def answer(self, command: dict) -> dict:
        verb = command["do"]
        if verb == "prepare":
            start = time.monotonic()
            self.run = None  # its memory first
            self.run = self.engine.prepare(command)
            return {"seconds": time.monotonic() - start, "form": self.engine.form}
        if verb == "release":
            self.run = None
            return {}
        if self.run is None:
            raise RuntimeError("no network is prepared")
        if verb == "output":
            self.run()
            np.save(command["path"], self.engine.output())
            return {}
        if verb == "time":
            samples, runs = time_runs(self.run, command["seconds"])
            return {"samples": samples, "runs_per_sample": runs}
        raise RuntimeError(f"unknown command '{verb}'")


def serve(name: str, threads: int, answers: TextIO) -> None:
    def say(answer: dict) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    engine = ENGINES[name](threads)
    worker = Worker(engine)
    gc.disable()  # a collection may fall into any sample
    say({"engine": name, "version": engine.version})
    for line in sys.stdin:
        try:
            say(worker.answer(json.loads(line)))
        except Exception as error:  # whatever an engine says, the others go on
            say({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    # What engines print must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(sys.argv[1], int(sys.argv[2]), answers)
