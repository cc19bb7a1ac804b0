"""fovea in a process of its own: the program onnx_worker."""

from __future__ import annotations

import json
import subprocess
import threading

TIMEOUT_SECONDS = 600  # for any answer


class Worker:
    """Started at its first command, and again where it ended."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._process: subprocess.Popen | None = None

    def ask(self, command: dict) -> dict:
        if self._process is None:
            self._process = subprocess.Popen([self._program], stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, text=True)
        process = self._process
        timer = threading.Timer(TIMEOUT_SECONDS, process.kill)
        timer.start()
        try:
            process.stdin.write(json.dumps(command) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        finally:
            timer.cancel()
        if line:
            return json.loads(line)
        self.close()
        return {"crashed": f"the worker ended with exit code {process.wait()}"}

    def close(self) -> None:
        if self._process:
            self._process.stdin.close()
            self._process.wait()
            self._process = None
