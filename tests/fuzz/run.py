#!/usr/bin/env python3
"""Runs fuzz_readers for each of its readers.

300 cases each, or 10,000 where FOVEA_TEST_ALL is set; FOVEA_FUZZ_SEED chooses others.
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import results  # noqa: E402


def run(program, reader, seed, count):
    command = [program, reader, str(seed), str(count)]
    start = time.monotonic()
    try:
        done = subprocess.run(command, text=True, errors="replace", timeout=800,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        print(done.stdout.splitlines()[-1] if done.stdout else f"{reader}: no output")
        tail = "\n".join(done.stdout.splitlines()[-60:])
        message = None if done.returncode == 0 else f"exit code {done.returncode}\n{tail}"
    except (OSError, subprocess.TimeoutExpired) as error:
        message = str(error)
    return f"{reader} (seed {seed}, {count} cases)", time.monotonic() - start, message


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    count = 10_000 if os.environ.get("FOVEA_TEST_ALL") else 300
    seed = int(os.environ.get("FOVEA_FUZZ_SEED", "1"))
    readers = subprocess.run([options.program], text=True, check=True,
                             stdout=subprocess.PIPE).stdout.split()
    with ThreadPoolExecutor(options.jobs) as pool:
        cases = list(pool.map(lambda reader: run(options.program, reader, seed, count), readers))
    return results.write(options.output, "fuzz", cases)


if __name__ == "__main__":
    sys.exit(main())
