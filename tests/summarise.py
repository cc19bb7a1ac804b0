#!/usr/bin/env python3
"""Adds up the results of every suite that ctest ran.

usage: summarise.py RESULTS_DIRECTORY

The folder holds ctest.xml (which suites ran, and how each ended) and one JSON file a suite, of
gtest or lit. A suite that leaves no readable file crashed or ran out of time: one failure. So
is a suite that ended badly although all its cases passed (a crash at exit, a sanitizer).
The last line is `N passed, N failed`.
"""

import json
import sys
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Suite:
    name: str
    passed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    failures: list = field(default_factory=list)


def read_lit(document, suite):
    for test in document["tests"]:
        if test["code"] in ("PASS", "XFAIL", "FLAKYPASS"):
            suite.passed += 1
        elif test["code"] in ("UNSUPPORTED", "SKIPPED", "EXCLUDED"):
            suite.skipped += 1
        else:
            suite.failures.append(test["name"])


def read_gtest(document, suite):
    for group in document["testsuites"]:
        for test in group["testsuite"]:
            name = f"{group['name']}.{test['name']}"
            if test.get("failures"):
                suite.failures.append(name)
            elif test.get("status") == "NOTRUN" or test.get("result") in ("SKIPPED", "SUPPRESSED"):
                suite.skipped += 1
            else:
                suite.passed += 1


def read_suite(folder, case):
    suite = Suite(case.get("name"), seconds=float(case.get("time", 0)))
    path = folder / f"{suite.name}.json"
    try:
        document = json.loads(path.read_text())
        (read_lit if "__version__" in document else read_gtest)(document, suite)
    except (OSError, ValueError, KeyError, TypeError) as error:
        suite.failures.append(f"no results, the suite crashed or ran out of time: {error!r}")
    if case.get("status") != "run" and not suite.failures:
        suite.failures.append("ended badly after all its cases (exit code, crash or sanitizer)")
    return suite


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    folder = Path(sys.argv[1])
    try:
        cases = xml.parse(folder / "ctest.xml").getroot().iter("testcase")
        suites = [read_suite(folder, case) for case in cases]
    except (OSError, xml.ParseError) as error:
        suites = [Suite("ctest", failures=[f"did not run: {error!r}"])]
    passed = sum(suite.passed for suite in suites)
    failed = sum(len(suite.failures) for suite in suites)
    if passed + failed == 0:
        suites.append(Suite("ctest", failures=["no case ran: does the filter name one?"]))
        failed = 1

    width = max(len(suite.name) for suite in suites)
    print(f"\n{'suite':<{width}}  passed  failed  skipped   seconds")
    for suite in sorted(suites, key=lambda suite: suite.name):
        print(f"{suite.name:<{width}}  {suite.passed:6}  {len(suite.failures):6}"
              f"  {suite.skipped:7}  {suite.seconds:8.1f}")
    if failed:
        print("\nfailed:")
        for suite in suites:
            for failure in suite.failures:
                print(f"  {suite.name}: {failure}")
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
