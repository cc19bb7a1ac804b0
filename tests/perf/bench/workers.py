"""A process for each engine and number of threads, commanded by pipes. Standard library only.

Pools of idle engines spin while they wait for work, so a worker that is not being asked is stopped
(SIGSTOP) and goes on (SIGCONT) with its next command.
"""

from __future__ import annotations

import ctypes
import json
import os
import selectors
import signal
import subprocess
import time
from pathlib import Path

TIMEOUT_SECONDS = 600.0  # for any answer


class EngineError(Exception):
    """Why an engine has no answer: its own words, or that it ended."""


def usable_cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def confine(threads: int) -> None:
    """Called in a child before it runs its program: pinned to so many cores, ended with its parent
    even where that is killed, deaf to Ctrl-C, which its parent answers."""
    os.sched_setaffinity(0, usable_cores()[-threads:])  # interrupts prefer the first ones
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)


class Worker:
    """A process that is started at its first command, and again where it ended."""

    def __init__(self, name: str, command: list[str], threads: int, log: Path,
                 environment: dict[str, str] | None = None) -> None:
        self.name, self.threads = name, threads
        self.version = ""
        self._command, self._log = [*command, str(threads)], log
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._pending = b""

    @property
    def program(self) -> str:
        return self._command[0]

    def ask(self, command: dict, timeout: float = TIMEOUT_SECONDS) -> dict:
        """Throws EngineError."""
        if self._process is None:
            self.start(timeout)
        assert self._process is not None and self._process.stdin is not None
        self._process.send_signal(signal.SIGCONT)
        try:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            pass  # it has ended; _receive says how
        answer = self._receive(timeout)
        self._process.send_signal(signal.SIGSTOP)
        if "error" in answer:
            raise EngineError(answer["error"])
        return answer

    def start(self, timeout: float = TIMEOUT_SECONDS) -> None:
        """Until it says that it is ready, which it does by its version. Throws EngineError."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                    env=self._environment, preexec_fn=lambda: confine(self.threads),
                )
        except OSError as error:
            raise EngineError(str(error)) from error
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self.version = self._receive(timeout).get("version", "")
        self._process.send_signal(signal.SIGSTOP)

    def close(self) -> None:
        process, self._process = self._process, None
        self._pending = b""
        if process is None:
            return
        process.kill()  # stopped or not; there is nothing that it would have to save
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    pass  # what could not be written any more

    def _receive(self, timeout: float) -> dict:
        assert self._process is not None and self._process.stdout is not None
        end = time.monotonic() + timeout
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._pending:
                if not selector.select(max(end - time.monotonic(), 0)):
                    self.close()
                    raise EngineError(f"no answer within {timeout:.0f} s")
                chunk = self._process.stdout.read(1 << 20)
                if chunk == b"":
                    raise EngineError(self._last_words())
                self._pending += chunk or b""
        line, self._pending = self._pending.split(b"\n", 1)
        try:
            return json.loads(line)
        except ValueError as error:
            self.close()
            raise EngineError(f"its process said no JSON: {line[:100]!r}") from error

    def _last_words(self) -> str:
        assert self._process is not None
        process = self._process
        try:
            code = process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            code = None
        self.close()
        how = (f"was ended by {signal.Signals(-code).name}" if code is not None and code < 0
               else f"ended with exit code {code}")
        words = self._log.read_text(errors="replace").strip().splitlines()
        return f"its process {how}" + (f": {words[-1][:200]}" if words else "")
