#!/usr/bin/env python3
"""./dev fuzz: damaged files of every kind, under AddressSanitizer and UndefinedBehaviorSanitizer.

  npy, png, ...   files that the runtime reads
  ir              networks as text of MLIR
  onnx            models in ONNX format

A case that takes more than 10 s of processor time fails; so does one whose process has more than
1 GiB of memory (ir and onnx: 4 GiB) or asks for more than 64 MiB (1 GiB) at once. Every case is
the same in every run with the same seed.
"""

from __future__ import annotations

import argparse
import collections
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

LIMITS = "hard_rss_limit_mb=4096:max_allocation_size_mb=1024:allocator_may_return_null=0"
# As in the preset: libprotobuf and LLVM were built without sanitizers.
FOREIGN = "detect_container_overflow=0:allow_user_poisoning=0"
PARTS = 20  # of a fuzzer's cases: each is a process, and a line of progress
MOST_SECONDS = 3600  # of a part


@dataclass
class Fuzzer:
    """Damages one kind of file, by default in `count` ways."""

    name: str
    program: Path
    count: int
    test: str = ""  # of a program of gtest

    def command(self, seed: int, first: int, count: int) -> tuple[list[str], dict[str, str]]:
        """With the environment that it needs beside."""
        if not self.test:
            return [str(self.program), self.name, str(seed), str(count), str(first)], {}
        return ([str(self.program), "--gtest_brief=1", f"--gtest_filter={self.test}"],
                {"ASAN_OPTIONS": f"{LIMITS}:{FOREIGN}", "UBSAN_OPTIONS": "print_stacktrace=1",
                 "FOVEA_TEST_SEED": str(seed), "FOVEA_FUZZ_FIRST": str(first),
                 "FOVEA_FUZZ_COUNT": str(count)})


def fuzzers(programs: Path) -> list[Fuzzer]:
    readers = programs / "fuzz_readers"
    names = subprocess.run([readers], text=True, check=True, stdout=subprocess.PIPE).stdout.split()
    return [*(Fuzzer(name, readers, 10_000) for name in names),
            Fuzzer("ir", programs / "test_fuzz_ir", 10_000, "FuzzIr.damaged_models_load_or_throw"),
            Fuzzer("onnx", programs / "test_import", 20_000,
                   "OnnxFuzz.DamagedModelsAreReadOrRefused")]


@dataclass
class Part:
    """Some cases of a fuzzer in a process of their own."""

    fuzzer: Fuzzer
    seed: int
    first: int
    count: int
    seconds: float = 0.0
    failure: str | None = None  # what it said

    def run(self) -> Part:
        command, more = self.fuzzer.command(self.seed, self.first, self.count)
        start = time.monotonic()
        try:
            done = subprocess.run(command, env={**os.environ, **more}, text=True, errors="replace",
                                  timeout=MOST_SECONDS, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode != 0:
                self.failure = f"exit code {done.returncode}\n{done.stdout}"
        except subprocess.TimeoutExpired as error:
            self.failure = f"{error}"
        self.seconds = time.monotonic() - start
        return self

    def repeat(self) -> str:
        """The command that shows the failure again, of its case alone where the program said which."""
        found = re.search(r"to repeat it alone: (?:.*FUZZ_FIRST=|fuzz_readers \S+ \d+ 1 )(\d+)",
                          self.failure or "")
        first, count = (int(found[1]), 1) if found else (self.first, self.count)
        return f"./dev fuzz {self.fuzzer.name} --seed {self.seed} --first {first} --count {count}"


@dataclass
class Total:
    cases: int = 0
    seconds: float = 0.0
    failures: list[Part] = field(default_factory=list)


def parts_of(fuzzer: Fuzzer, options: argparse.Namespace) -> list[Part]:
    count = options.count or fuzzer.count
    size = max((count + PARTS - 1) // PARTS, min(count, 50))
    return [Part(fuzzer, options.seed, options.first + begin, min(size, count - begin))
            for begin in range(0, count, size)]


def run(chosen: list[Fuzzer], options: argparse.Namespace) -> dict[str, Total]:
    totals: dict[str, Total] = collections.defaultdict(Total)
    parts = [part for fuzzer in chosen for part in parts_of(fuzzer, options)]
    with ThreadPoolExecutor(options.jobs) as pool:
        for number, part in enumerate(pool.map(Part.run, parts), start=1):
            total = totals[part.fuzzer.name]
            total.cases += part.count
            total.seconds += part.seconds
            if part.failure:
                total.failures.append(part)
            print(f"[{number}/{len(parts)}] {part.fuzzer.name}: cases {part.first} to "
                  f"{part.first + part.count - 1}, {part.seconds:.0f} s"
                  f"{'  FAILED' if part.failure else ''}", flush=True)
    return totals


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="of files (default: all)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of chance (default: 1)")
    parser.add_argument("--count", type=int, default=0, metavar="N",
                        help="cases of each kind (default: 10,000; onnx 20,000)")
    parser.add_argument("--first", type=int, default=0, metavar="N",
                        help="the first case's number (default: 0)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N",
                        help="processes at once (default: one for each core)")
    parser.add_argument("--programs", type=Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    known = fuzzers(options.programs)
    unknown = set(options.kinds) - {fuzzer.name for fuzzer in known}
    if unknown:
        parser.error(f"no kind '{min(unknown)}'; there are: "
                     + ", ".join(fuzzer.name for fuzzer in known))
    chosen = [f for f in known if not options.kinds or f.name in options.kinds]
    totals = run(chosen, options)
    failures = [part for total in totals.values() for part in total.failures]
    for part in failures:
        tail = "\n    ".join(part.failure.splitlines()[-40:])
        print(f"\n{part.fuzzer.name} failed; again: {part.repeat()}\n    {tail}")
    print(f"\n{'kind':<12} {'cases':>8} {'seconds':>8}  failed processes (seed {options.seed})")
    for name, total in totals.items():
        print(f"{name:<12} {total.cases:>8,} {total.seconds:>8.0f}  {len(total.failures)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
