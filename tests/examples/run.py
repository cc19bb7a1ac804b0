#!/usr/bin/env python3
"""Runs the examples one after another; each has to end with exit code 0."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import results  # noqa: E402


def run(program, seconds):
    start = time.monotonic()
    try:
        done = subprocess.run([program], text=True, errors="replace", timeout=seconds,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        tail = "\n".join(done.stdout.splitlines()[-30:])
        message = None if done.returncode == 0 else f"exit code {done.returncode}\n{tail}"
    except (OSError, subprocess.TimeoutExpired) as error:
        message = str(error)
    return Path(program).name, time.monotonic() - start, message


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", required=True)
    parser.add_argument("--timeout", type=float, default=300)
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    cases = [run(program, options.timeout) for program in options.programs]
    return results.write(options.output, "examples", cases)


if __name__ == "__main__":
    sys.exit(main())
