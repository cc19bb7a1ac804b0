#!/usr/bin/env python3
"""Compiles programs that must not compile, and looks for what the compiler has to say.

Each line `// EXPECT: TEXT` in a program is a substring, or else a regular expression, of the
output of every compiler. A program with `// COMPILES` is a control: it has to compile.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent))
import results  # noqa: E402


def matches(expected, output):
    if expected in output:
        return True
    try:
        return re.search(expected, output) is not None
    except re.error:
        return False


def judge(source, text, code, output):
    """What is wrong with the compiler's answer, or None."""
    errors = "\n".join(output.splitlines()[:30])
    if re.search(r"^// COMPILES\b", text, re.M):
        return None if code == 0 else f"has to compile, but:\n{errors}"
    expected = re.findall(r"^\s*// EXPECT: *(.*?) *$", text, re.M)
    if not expected:
        return f"{source.name} has neither an `// EXPECT:` line nor `// COMPILES`"
    if code == 0:
        return "compiled, but must not"
    missing = [line for line in expected if not matches(line, output)]
    if missing:
        return f"expected in the output: {missing}\ngot:\n{errors}"
    return None


def run(job):
    source, compiler, includes = job
    command = [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra"]
    command += [*(f"-I{path}" for path in includes), str(source)]
    start = time.monotonic()
    try:
        # LC_ALL: quotes and words are those of the compiler's own language.
        done = subprocess.run(command, text=True, errors="replace", timeout=300,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={**os.environ, "LC_ALL": "C"})
        message = judge(source, source.read_text(), done.returncode, done.stdout)
    except (OSError, subprocess.TimeoutExpired) as error:
        message = str(error)
    name = f"{source.stem} ({Path(compiler).name})"
    return name, time.monotonic() - start, message


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", required=True)
    parser.add_argument("--include", nargs="*", default=[])
    parser.add_argument("--compilers", nargs="+", default=["g++", "clang++"])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    jobs = [
        (source, compiler, options.include)
        for source in sorted(here.glob("*.cpp"))
        for compiler in options.compilers
    ]
    with ThreadPoolExecutor(options.jobs) as pool:
        cases = list(pool.map(run, jobs))
    return results.write(options.output, "must_fail", cases)


if __name__ == "__main__":
    sys.exit(main())
