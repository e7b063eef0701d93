"""Which device a name stands for, and what went wrong on it in words."""

import re

import torch

from ..trainer import TrainingError


def why_not(name: str) -> str | None:
    """Why torch cannot train on ``auto``, ``cpu``, ``cuda`` or ``cuda:n``, or None."""
    match = re.fullmatch(r"auto|cpu|cuda(?::(\d+))?", name)
    if not match:
        return f"device must be auto, cpu, cuda or cuda:n, got {name!r}"
    if name in ("auto", "cpu"):
        return None
    if not torch.cuda.is_available():
        built = torch.version.cuda
        why = "finds no GPU it can use" if built else "is a build without CUDA"
        return f"device {name}: torch {torch.__version__} {why}; use --device cpu or install a CUDA build and driver"
    found = torch.cuda.device_count()
    if match[1] is not None and int(match[1]) >= found:
        last = "cuda:0" if found == 1 else f"cuda:0 to cuda:{found - 1}"
        return f"device {name}: there is no such GPU, this machine has {last}"
    return None


def resolve(name: str) -> torch.device:
    """The device a name stands for; ``auto`` is the GPU where there is one.

    Raises:
        TrainingError: there is none.
    """
    reason = why_not(name)
    if reason is not None:
        raise TrainingError(reason)
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device(name)


def in_words(error: Exception, device: str) -> TrainingError | None:
    """A fault of memory, driver or device as the reason of a failed run; None where it is another kind of fault."""
    text = str(error).strip().split("\n")[0]
    if isinstance(error, torch.OutOfMemoryError):
        return TrainingError(f"out of memory on {device}: {text}")
    if isinstance(error, RuntimeError) and "DefaultCPUAllocator" in text:
        return TrainingError(f"out of memory on {device}: {text}")
    if isinstance(error, getattr(torch, "AcceleratorError", ())) or (
        isinstance(error, RuntimeError) and re.search(r"CUDA|cuda|NVIDIA|driver|CUBLAS", text)
    ):
        return TrainingError(f"the device {device} failed: {text}")
    return None
