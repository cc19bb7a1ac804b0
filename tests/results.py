"""Writes results in the form of gtest's JSON, so that every suite is added up in one way."""

import json
from pathlib import Path


class Skipped(str):
    """Why a case did not run."""


def _failed(message):
    return message is not None and not isinstance(message, Skipped)


def write(path, suite, cases):
    """cases: (name, seconds, failure message, or Skipped, or None)."""
    document = {
        "tests": len(cases),
        "failures": sum(_failed(message) for _, _, message in cases),
        "testsuites": [
            {
                "name": suite,
                "testsuite": [
                    {
                        "name": name,
                        "classname": suite,
                        "status": "RUN",
                        "result": "SKIPPED" if isinstance(message, Skipped) else "COMPLETED",
                        "time": f"{seconds:.3f}s",
                        **({"failures": [{"failure": message}]} if _failed(message) else {}),
                    }
                    for name, seconds, message in cases
                ],
            }
        ],
    }
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(json.dumps(document, indent=1))
    for name, seconds, message in cases:
        how = "ok" if message is None else "FAILED" if _failed(message) else "skipped"
        print(f"{how:<7} {seconds:6.1f} s  {suite}.{name}")
        if message is not None:
            print("    " + message.rstrip().replace("\n", "\n    "))
    return 1 if document["failures"] or not cases else 0
