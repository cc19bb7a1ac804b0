"""What was measured, and what follows from it. Standard library only."""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .layers import Layer

FOVEA = "fovea"
TITLES = {FOVEA: "fovea", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "torch": "PyTorch",
          "ncnn": "ncnn", "opencv": "OpenCV", "op": "fovea's op", "direct": "the op by direct",
          "strided": "PyTorch by stride"}
ALL = "all"  # networks together


@dataclass
class Timing:
    """What one engine took. Where `failure` says why, it took nothing."""

    failure: str | None = None
    seconds: float = math.nan  # the median of the rounds' medians
    rounds: list[float] = field(default_factory=list)  # their medians
    error: float = math.nan  # against float64, relative to the largest value
    prepare_seconds: float = math.nan  # fovea: compilation
    form: str = ""  # which of an engine's ways
    kernels: list[dict] = field(default_factory=list)  # fovea's, each with its median

    @property
    def ok(self) -> bool:
        return self.failure is None

    @property
    def spread(self) -> float:
        """Of the rounds, relative to the result: how far machine and engine were from calm."""
        return (max(self.rounds) - min(self.rounds)) / self.seconds if self.rounds else math.nan

    @property
    def conv_seconds(self) -> float:
        """Of the kernels that convolve. The rest of a run is changes of layout, and the call."""
        return sum(k["seconds"] for k in self.kernels if "conv" in k["ops"].split()) or math.nan

    @property
    def algorithm(self) -> str:
        """Of the kernels that convolve."""
        return "+".join(k["algorithm"] for k in self.kernels if "conv" in k["ops"].split())


@dataclass(frozen=True)
class Machine:
    """What `threads` cores can do at best, measured."""

    threads: int
    flops_per_second: float
    bytes_per_second: float  # read from main memory
    bytes_per_second_of: dict[int, float]  # read from what holds so many bytes: caches, memory

    def bound_seconds(self, layer: Layer) -> tuple[float, str]:
        """The roofline: nobody does these operations on these bytes in less time. And what bounds
        it, `compute` or `memory`."""
        compute = layer.flops / self.flops_per_second
        memory = layer.bytes / self.bytes_per_second_of[layer.bytes]
        return (compute, "compute") if compute >= memory else (memory, "memory")


@dataclass
class Result:
    """One layer or network with one number of threads."""

    threads: int
    timings: dict[str, Timing]  # by engine

    @property
    def place(self) -> str:
        """What it is the result of."""
        raise NotImplementedError

    @property
    def fovea(self) -> Timing:
        return self.timings[FOVEA]

    @property
    def best_peer(self) -> str | None:
        peers = {name: timing.seconds for name, timing in self.timings.items()
                 if name != FOVEA and timing.ok}
        return min(peers, key=peers.__getitem__) if peers else None

    @property
    def ratio(self) -> float:
        """How many times as fast as the best peer fovea is; not a number where one is missing."""
        peer = self.best_peer
        if peer is None or not self.fovea.ok:
            return math.nan
        return self.timings[peer].seconds / self.fovea.seconds


@dataclass
class LayerResult(Result):
    layer: Layer
    bound_seconds: float = math.nan
    bound: str = ""  # "compute" or "memory"

    @property
    def place(self) -> str:
        return self.layer.label

    @property
    def of_bound(self) -> float:
        """The part of the roofline that fovea reaches. The operations of the direct algorithm are
        counted, so that one with fewer may reach more than 1."""
        return self.bound_seconds / self.fovea.seconds if self.fovea.ok else math.nan


@dataclass
class KernelResult(LayerResult):
    """One kernel by itself; its timing is fovea's."""

    algorithm: str = ""
    estimate: float = math.nan  # of its seconds, by which the compiler chooses

    @property
    def place(self) -> str:
        return f"{self.algorithm}, {self.layer.label}"


@dataclass
class NetworkResult(Result):
    """LeNet-5, or a mere call."""

    batch: int

    @property
    def place(self) -> str:
        return f"batch {self.batch}"


@dataclass
class ZooResult(Result):
    network: str
    batch: int
    bounds: dict[str, float] = field(default_factory=dict)  # seconds; names as in zoo.BOUNDS

    @property
    def place(self) -> str:
        return self.network

    def of_bound(self, name: str) -> float:
        """The part that fovea reaches."""
        return self.bounds[name] / self.fovea.seconds if self.fovea.ok else math.nan


@dataclass
class EquationResult(Result):
    """An equation or filter; its timings are by side, fovea's being what the case is about."""

    label: str
    group: str
    weight_bytes: int = 0
    bytes_per_second: float = math.nan  # measured, of what holds so many

    @property
    def place(self) -> str:
        return self.label

    def ratio_to(self, side: str) -> float:
        """How many times as fast as it fovea is."""
        other = self.timings.get(side)
        known = other is not None and other.ok and self.fovea.ok
        return other.seconds / self.fovea.seconds if known else math.nan

    @property
    def weights_per_second(self) -> float:
        """Bytes of weights, each read once."""
        return self.weight_bytes / self.fovea.seconds if self.fovea.ok else math.nan

    @property
    def of_bandwidth(self) -> float:
        return self.weights_per_second / self.bytes_per_second


@dataclass(frozen=True)
class Summary:
    """Layers of one network, or all, with one number of threads."""

    network: str
    threads: int
    layers: int
    compared: int  # those with a ratio
    geometric_mean: float  # of their ratios
    totals: dict[str, float]  # by engine: seconds of all layers, as often as each occurs
    ratio_of_totals: float  # the least total of a peer to fovea's


def geometric_mean(ratios: list[float]) -> float:
    """Of those that are numbers; not a number where none is."""
    logarithms = [math.log(ratio) for ratio in ratios if not math.isnan(ratio)]
    return math.exp(statistics.fmean(logarithms)) if logarithms else math.nan


def summarise(results: list[LayerResult], network: str, threads: int) -> Summary:
    """An engine that failed on one of the layers has no total."""
    mine = [r for r in results
            if r.threads == threads and network in (ALL, *r.layer.networks)]
    ratios = [r.ratio for r in mine]
    totals = {
        name: sum(r.timings[name].seconds * _count(r.layer, network) for r in mine)
        for name in (mine[0].timings if mine else {}) if all(r.timings[name].ok for r in mine)
    }
    peers = [total for name, total in totals.items() if name != FOVEA]
    return Summary(
        network=network, threads=threads, layers=len(mine),
        compared=sum(not math.isnan(ratio) for ratio in ratios),
        geometric_mean=geometric_mean(ratios), totals=totals,
        ratio_of_totals=min(peers) / totals[FOVEA] if peers and FOVEA in totals else math.nan,
    )


def _count(layer: Layer, network: str) -> int:
    return sum(map(layer.count, layer.networks)) if network == ALL else layer.count(network)


# --- Runs of the benchmark, and their files ----------------------------------------------------


@dataclass
class LayersRun:
    about: dict[str, str]  # date, machine, versions, command: as they are to be told
    machines: list[Machine]
    results: list[LayerResult]

    def to_json(self) -> dict:
        return {"bench": "layers", **asdict(self)}

    @staticmethod
    def from_json(record: dict) -> LayersRun:
        results = [
            LayerResult(**{**r, "layer": Layer.from_json(r["layer"]), "timings": _timings(r)})
            for r in record["results"]
        ]
        return LayersRun(record["about"], _machines(record), results)

    @property
    def threads(self) -> list[int]:
        return [machine.threads for machine in self.machines]


@dataclass
class KernelsRun:
    about: dict[str, str]
    machines: list[Machine]
    results: list[KernelResult]

    def to_json(self) -> dict:
        return {"bench": "kernels", **asdict(self)}

    @staticmethod
    def from_json(record: dict) -> KernelsRun:
        results = [
            KernelResult(**{**r, "layer": Layer.from_json(r["layer"]), "timings": _timings(r)})
            for r in record["results"]
        ]
        return KernelsRun(record["about"], _machines(record), results)

    @property
    def threads(self) -> list[int]:
        return [machine.threads for machine in self.machines]


@dataclass
class Compilation:
    """fovea's, of LeNet-5, each time in a new process, in seconds."""

    batch: int
    cold: list[float] = field(default_factory=list)  # without kernels from earlier times
    warm: list[float] = field(default_factory=list)
    failure: str | None = None


@dataclass
class LenetRun:
    about: dict[str, str]
    results: list[NetworkResult]
    calls: list[NetworkResult]  # of next to nothing: what a call costs
    compilations: list[Compilation]

    def to_json(self) -> dict:
        return {"bench": "lenet", **asdict(self)}

    @staticmethod
    def from_json(record: dict) -> LenetRun:
        def networks(key: str) -> list[NetworkResult]:
            return [NetworkResult(**{**r, "timings": _timings(r)}) for r in record[key]]

        return LenetRun(record["about"], networks("results"), networks("calls"),
                        [Compilation(**c) for c in record["compilations"]])


@dataclass
class NetworkCompilation:
    """fovea's, each time in a new process, on all cores."""

    import_seconds: float = math.nan  # reading the model in ONNX format
    cold_seconds: float = math.nan  # without kernels from earlier times
    warm_seconds: float = math.nan
    cold_peak_bytes: float = math.nan  # the most memory of the process
    warm_peak_bytes: float = math.nan
    library_bytes: float = math.nan  # as emitted, with its weights
    code_bytes: float = math.nan  # of it: machine code
    failure: str | None = None


@dataclass
class ZooNetwork:
    name: str
    batch: int
    macs: int  # of all images
    weight_bytes: int
    compilation: NetworkCompilation


@dataclass
class ZooRun:
    about: dict[str, str]
    machines: list[Machine]
    winograd_saves: list[float]  # of each machine, as measured: how many times less time
    networks: list[ZooNetwork]
    results: list[ZooResult]

    def to_json(self) -> dict:
        return {"bench": "zoo", **asdict(self)}

    @staticmethod
    def from_json(record: dict) -> ZooRun:
        networks = [ZooNetwork(**{**n, "compilation": NetworkCompilation(**n["compilation"])})
                    for n in record["networks"]]
        results = [ZooResult(**{**r, "timings": _timings(r)}) for r in record["results"]]
        return ZooRun(record["about"], _machines(record), record["winograd_saves"], networks,
                      results)

    @property
    def threads(self) -> list[int]:
        return [machine.threads for machine in self.machines]


@dataclass
class UnitCompilation:
    """Of a C++ unit of many equations, by the C++ compiler."""

    compiler: str
    rounds: list[float] = field(default_factory=list)  # seconds
    failure: str | None = None

    @property
    def seconds(self) -> float:
        return statistics.median(self.rounds) if self.rounds else math.nan


@dataclass
class EquationsRun:
    about: dict[str, str]
    machines: list[Machine]
    results: list[EquationResult]
    unit: UnitCompilation | None  # None: not asked for

    def to_json(self) -> dict:
        return {"bench": "equations", **asdict(self)}

    @staticmethod
    def from_json(record: dict) -> EquationsRun:
        results = [EquationResult(**{**r, "timings": _timings(r)}) for r in record["results"]]
        unit = record["unit"]
        return EquationsRun(record["about"], _machines(record), results,
                            UnitCompilation(**unit) if isinstance(unit, dict) else None)

    @property
    def threads(self) -> list[int]:
        return [machine.threads for machine in self.machines]


Run = LayersRun | LenetRun | KernelsRun | ZooRun | EquationsRun
RUNS: dict[str, type[Run]] = {"layers": LayersRun, "lenet": LenetRun, "kernels": KernelsRun,
                              "zoo": ZooRun, "equations": EquationsRun}


def _machines(record: dict) -> list[Machine]:
    return [
        Machine(**{**m, "bytes_per_second_of":
                   {int(size): speed for size, speed in m["bytes_per_second_of"].items()}})
        for m in record["machines"]
    ]


def _timings(record: dict) -> dict[str, Timing]:
    return {name: Timing(**timing) for name, timing in record["timings"].items()}


def write_whole(path: Path, text: str) -> None:
    """The file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text)
    temporary.replace(path)


def save(run: Run, path: Path) -> None:
    write_whole(path, json.dumps(_plain(run.to_json()), indent=1) + "\n")


def load(path: Path) -> Run:
    record = _numbers(json.loads(path.read_text()))
    kind = record.pop("bench", None) if isinstance(record, dict) else None
    if kind in RUNS:
        return RUNS[kind].from_json(record)
    raise ValueError(f"{path} was not written by --json")


def _plain(value: object) -> object:
    """JSON knows no NaN: null stands for it, where a number is meant."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(value, key: str = ""):
    """The inverse."""
    if isinstance(value, dict):
        return {k: _numbers(entry, k) for k, entry in value.items()}
    if isinstance(value, list):
        return [_numbers(entry) for entry in value]
    return math.nan if value is None and key != "failure" else value
