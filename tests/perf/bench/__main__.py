"""The command line: `./dev bench zoo`, `layers`, `kernels`, `equations` and `lenet`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from . import environment, equations, layers, results, zoo
from .environment import ROOT
from .results import EquationsRun, KernelsRun, LayersRun, Run, ZooRun
from .workers import usable_cores

DOCS = ROOT / "docs" / "bench"
PROGRAMS = ROOT / "build" / "release" / "bin"
WORKERS = {"zoo": "layer_worker fovea", "layers": "layer_worker", "kernels": "kernel_worker",
           "equations": "layer_worker", "lenet": "layer_worker"}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description="Compares fovea with ONNX Runtime, OpenVINO and PyTorch on this machine, which "
        "should be doing nothing else. The first time installs them, about 5 GB, into "
        "build/bench-venv; `kernels` needs none of them. Without an argument, `./dev bench` runs "
        "fovea's own benchmarks.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True,
                                  metavar="{zoo,layers,kernels,equations,lenet}")
    networks = _add_zoo(verbs)
    each = verbs.add_parser(
        "layers", help="convolution layers of well-known networks, one at a time",
        description="The convolution layers of well-known networks (tests/perf/layers.json), one "
        "at a time: float32, one image. All of them take about half an hour on two cores, and "
        "rewrite docs/bench.",
        epilog="examples:\n  ./dev bench layers --quick\n"
        "  ./dev bench layers --network resnet50 --threads 1 --json build/resnet50.json\n"
        "  ./dev bench layers --filter '3x3 64->64'\n"
        "  ./dev bench layers --report build/resnet50.json --docs build/pages",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kernels = verbs.add_parser(
        "kernels", help="kernels by themselves, beside what the machine can do",
        description="What the algorithms reach by themselves of the machine's measured roofline, "
        "in the forms that they prefer, as inside a network: on the layers of `./dev bench "
        "layers`, and on dense layers. All of them take about five minutes on two cores, and "
        "rewrite docs/bench/kernels.md.",
        epilog="examples:\n  ./dev bench kernels --network resnet50 --threads 1\n"
        "  ./dev bench kernels --filter '3x3 64->64' --all\n"
        "  ./dev bench kernels --algorithm direct --algorithm winograd6 --json build/kernels.json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = _add_choice(each)
    which.add_argument("--quick", action="store_true", help="one small layer of each network")
    which.add_argument("--seed", type=int, default=1, metavar="N",
                       help="chance that chooses the layers of --quick (default: 1)")
    _add_choice(kernels)
    algorithms = kernels.add_argument_group(
        "which algorithms (default: the one for the kind of layer, and Winograd's of least "
        "estimated time)").add_mutually_exclusive_group()
    algorithms.add_argument("--algorithm", action="append", metavar="NAME", default=[],
                            help="this one, where it matches; may be repeated")
    algorithms.add_argument("--all", action="store_true", help="all that match")
    written = _add_equations(verbs)
    lenet = verbs.add_parser(
        "lenet", help="LeNet-5 at batch 1 and 64, and how long it compiles",
        description="LeNet-5 with trained weights at batch 1 and 64, what a call costs by itself, "
        "and how long fovea compiles it, with and without kernels kept from earlier times. Takes "
        "about a minute, and rewrites docs/bench/lenet.md.",
    )
    for verb in (networks, each, kernels, written, lenet):
        _add_common(verb)
    each.add_argument("--list", action="store_true",
                      help="write tests/perf/layers.json anew from torchvision's networks")
    options = parser.parse_args()
    if options.verb == "zoo":
        options.network = options.network or [*(zoo.QUICK if options.quick else zoo.NETWORKS)]
    if options.verb == "layers" and not (options.list or options.report):
        _check_layers(each, options, layers.load())
    if options.verb == "kernels" and not options.report:
        _check_layers(kernels, options, [*layers.load(), *layers.DENSE])
    if options.verb == "equations" and not options.report:
        options.cases = [case for case in equations.CASES if options.filter in case.label]
        options.unit = options.filter in equations.UNIT
        if not options.cases and not options.unit:
            written.error("no case is left")
    return options


def _add_equations(verbs) -> argparse.ArgumentParser:
    verb = verbs.add_parser(
        "equations", help="equations beside named ops, PyTorch and OpenCV",
        description="Convolutions of several kinds written as equations beside the named op or "
        "PyTorch, image filters beside OpenCV, and how long a C++ compiler takes for "
        f"{equations.UNIT_EQUATIONS} equations. All of it takes some minutes on two cores, "
        "and rewrites docs/bench/equations.md.",
        epilog="examples:\n  ./dev bench equations --filter unshared\n"
        "  ./dev bench equations --filter 'conv 3x3' --threads 1 --json build/equations.json\n"
        f"  ./dev bench equations --filter '{equations.UNIT}'",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument_group("which cases (default: all)").add_argument(
        "--filter", metavar="TEXT", default="", help="whose description contains TEXT")
    return verb


def _add_zoo(verbs) -> argparse.ArgumentParser:
    verb = verbs.add_parser(
        "zoo", help="whole networks, and how long fovea compiles them",
        description="Whole networks, by ONNX format from PyTorch with random weights, float32: "
        f"{', '.join(zoo.NETWORKS)}. The time of a run in fovea, ONNX Runtime, OpenVINO, PyTorch "
        "and ncnn, by turns; how far each result is off that in float64; the least time that this "
        "machine could take; and what fovea's compilation takes: time, memory, size of the "
        "library. All of it takes about a quarter of an hour on two cores, and rewrites "
        "docs/bench/zoo.md, or zoo-batch8.md with --batch 8. "
        "Models are kept in build/bench-models, about 4 GB.",
        epilog="examples:\n  ./dev bench zoo --quick\n"
        "  ./dev bench zoo --network resnet50 --threads 1 --rounds 3\n"
        "  ./dev bench zoo --batch 8 --network unet --json build/unet8.json\n"
        "  ./dev bench zoo --report build/unet8.json --docs build/pages",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    which = verb.add_argument_group("which networks (default: all)")
    which.add_argument("--network", action="append", metavar="NAME", choices=zoo.NETWORKS,
                       help="this one; may be repeated")
    which.add_argument("--quick", action="store_true", help=f"{', '.join(zoo.QUICK)}")
    verb.add_argument("--no-compilation", action="store_true", help="do not measure what "
                      "compilation takes; only then do kernels come from --cache")
    verb.add_argument("--batch", type=_positive, default=1, metavar="N",
                      help="images of a run (default: 1)")
    return verb


def _add_choice(verb: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    which = verb.add_argument_group("which layers (default: all)")
    which.add_argument("--network", action="append", metavar="NAME",
                       help="of this network only; may be repeated")
    which.add_argument("--filter", metavar="TEXT", help="whose description contains TEXT")
    return which


def _add_common(verb: argparse.ArgumentParser) -> None:
    usable = len(usable_cores())
    how = verb.add_argument_group("how to measure")
    how.add_argument("--threads", type=_thread_counts, metavar="N[,N]",
                     default=[n for n in (1, 2) if n <= usable],
                     help="numbers of threads, each on as many cores (default: 1,2)")
    how.add_argument("--rounds", type=_positive, default=5, metavar="N",
                     help="turns of each engine or kernel (default: 5)")
    how.add_argument("--milliseconds", type=_positive, default=80, metavar="N",
                     help="that a turn lasts at least (default: 80)")
    how.add_argument("--programs", type=Path, default=PROGRAMS, metavar="DIR",
                      help="folder of roofline and the workers "
                     "(default: build/release/bin)")
    how.add_argument("--cache", type=Path, default=ROOT / "build" / "bench-cache", metavar="DIR",
                     help="folder that keeps fovea's compiled kernels (default: build/bench-cache)")
    output = verb.add_argument_group("output")
    output.add_argument("--json", type=Path, metavar="FILE",
                        help="keep everything that was measured")
    output.add_argument("--docs", type=Path, metavar="DIR", help="folder that receives pages and "
                        "charts (default: docs/bench, where everything was measured)")
    output.add_argument("--report", type=Path, metavar="FILE",
                        help="measure nothing: tell what --json kept")
    # Of ./dev, before it builds anything: which programs are needed, and no more.
    verb.add_argument("--check", action="store_true", help=argparse.SUPPRESS)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is below 1")
    return number


def _thread_counts(text: str) -> list[int]:
    counts = sorted({_positive(part) for part in text.split(",")})
    usable = len(usable_cores())
    if counts[-1] > usable:
        raise argparse.ArgumentTypeError(f"{counts[-1]} threads on {usable} cores")
    return counts


def _check_layers(parser: argparse.ArgumentParser, options: argparse.Namespace,
                  known: list[layers.Layer]) -> None:
    """Says now, and not after the engines are installed, what is wrong."""
    networks = layers.networks_of(known)
    for name in options.network or []:
        if name not in networks:
            parser.error(f"no network '{name}'; there are: {', '.join(networks)}")
    options.layers = _choose(options, known)
    if not options.layers:
        parser.error("no layer is left")


def _choose(options: argparse.Namespace, chosen: list[layers.Layer]) -> list[layers.Layer]:
    if options.network:
        chosen = [layer.of_networks(options.network) for layer in chosen
                  if any(name in layer.networks for name in options.network)]
    if options.filter:
        chosen = [layer for layer in chosen if options.filter in layer.label]
    return layers.sample(chosen, options.seed) if getattr(options, "quick", False) else chosen


def list_layers() -> None:
    from .networks import list_layers

    found = list_layers()
    layers.save(found)
    for network in layers.networks_of(found):
        mine = layers.in_order_of(network, found)
        places = sum(layer.count(network) for layer in mine)
        print(f"{network:<16} {places:3} convolutions, {len(mine):3} different")
    print(f"{len(found)} different in all, in {layers.LIST.relative_to(ROOT)}")


def _engines(options: argparse.Namespace) -> tuple[str, ...]:
    if options.verb == "equations":
        return equations.engines_of(options.cases)
    return environment.NETWORK_ENGINES if options.verb == "zoo" else environment.ENGINES


def measure(options: argparse.Namespace) -> Run:
    from .machine import Bench
    from .turns import Plan

    plan = Plan(str(options.cache.resolve()), options.rounds, options.milliseconds / 1e3)
    command = "./dev bench " + shlex.join(sys.argv[1:])
    bench = Bench(options.programs.resolve(), options.threads, plan, command,
                  _engines(options))
    if options.verb == "kernels":
        from . import run_kernels

        wanted = run_kernels.Wanted(tuple(options.algorithm), options.all)
        return run_kernels.run_kernels(bench, options.layers, wanted)

    from . import run, run_equations, run_zoo  # what only the environment of the other engines has

    if options.verb == "zoo":
        return run_zoo.run_zoo(bench, options.network, options.batch,
                               not options.no_compilation)
    if options.verb == "equations":
        return run_equations.run_equations(bench, options.cases, options.unit)
    if options.verb == "lenet":
        return run.run_lenet(bench, [1, 64])
    return run.run_layers(bench, options.layers)


def tell(done: Run, docs: Path | None) -> None:
    from . import report, report_equations, report_kernels, report_zoo

    if isinstance(done, LayersRun):
        text, write = report.layers_text, report.write_layers
    elif isinstance(done, KernelsRun):
        text, write = report_kernels.kernels_text, report_kernels.write_kernels
    elif isinstance(done, EquationsRun):
        text, write = report_equations.equations_text, report_equations.write_equations
    elif isinstance(done, ZooRun):
        text, write = report_zoo.zoo_text, report_zoo.write_zoo
    else:
        text, write = report.lenet_text, report.write_lenet
    print(text(done))
    for path in write(done, docs) if docs else []:
        print(f"wrote {os.path.relpath(path)}")


def is_complete(options: argparse.Namespace) -> bool:
    """Was everything measured that belongs on the page?"""
    if options.verb == "zoo":
        return (options.network == list(zoo.NETWORKS) and options.batch == 1
                and not options.no_compilation)
    parts = ("quick", "network", "filter", "algorithm", "all")
    return not any(getattr(options, part, None) for part in parts)


def bench() -> None:
    options = parse()
    lists = getattr(options, "list", False)
    if options.check:
        own = options.programs == PROGRAMS
        print("" if lists or options.report or not own else f"{WORKERS[options.verb]} roofline")
        return
    if options.report:
        tell(results.load(options.report), options.docs)
        return
    if options.verb != "kernels":
        torchvision = ["torchvision"] if lists or options.verb == "zoo" else []
        environment.enter(["base", *_engines(options), *torchvision])
    if lists:
        list_layers()
        return
    done = measure(options)
    if options.json:
        results.save(done, options.json)
    tell(done, options.docs or (DOCS if is_complete(options) else None))


def main() -> int:
    try:
        bench()
    except KeyboardInterrupt:
        print("\nbench: interrupted, nothing is written", file=sys.stderr)
        return 130
    except (OSError, ValueError) as error:  # of the files that were named
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
