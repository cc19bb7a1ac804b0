"""What a run of any benchmark needs of this machine: its roofline, its name, progress on its
terminal. Standard library only."""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .environment import ENGINES
from .results import TITLES, Machine
from .turns import Plan
from .workers import confine, usable_cores


@dataclass
class Bench:
    """Where programs are, and how to measure."""

    programs: Path  # the folder with roofline and the workers
    threads: list[int]
    plan: Plan
    command: str  # as the user typed it
    engines: tuple[str, ...] = ENGINES  # beside fovea
    unavailable: dict[str, str] = field(default_factory=dict)  # engines, and why
    versions: dict[str, str] = field(default_factory=dict)


def say(text: str, end: str = "\n") -> None:
    """Progress goes beside the result."""
    print(text, end=end, file=sys.stderr, flush=True)


def about(bench: Bench) -> dict[str, str]:
    """Said at the top of every page."""
    info = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    models = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    versions = ", ".join(f"{TITLES[name]} {version}" for name, version in bench.versions.items())
    return {
        "command": bench.command,
        "date": datetime.date.today().isoformat(),
        "machine": f"{models[0] if models else platform.machine()}, {len(usable_cores())} cores, "
                   f"{_vectors(info)}, Linux {platform.release()}",
        "engines": versions,
    }


def _vectors(info: list[str]) -> str:
    flags = next((set(line.split()) for line in info if line.startswith(("flags", "Features"))),
                 set())
    widest = [name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2"), ("asimd", "NEON"))
              if flag in flags]
    return widest[0] if widest else "no vectors"


def warn_if_busy() -> None:
    load = os.getloadavg()[0]
    if load > 0.5:
        say(f"this machine is busy (load {load:.1f}): times will be off")


def measure_machine(bench: Bench, threads: int, sizes: list[int]) -> Machine:
    done = subprocess.run(
        [str(bench.programs / "roofline"), str(threads), *map(str, sizes)],
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, preexec_fn=lambda: confine(threads),
    )
    if done.returncode != 0:
        sys.exit(f"bench: {bench.programs / 'roofline'} ended with exit code {done.returncode}")
    record = json.loads(done.stdout)
    record["bytes_per_second_of"] = {
        int(size): speed for size, speed in record["bytes_per_second_of"].items()
    }
    return Machine(**record)
