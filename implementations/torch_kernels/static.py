"""What the compiler makes of the training kernel for a GPU, on a machine that needs none."""

import re
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from ..hyperparameters import Hyperparameters
from .triton_code import train_kernel
from .triton_path import Shape

POINTERS = {
    "words": "i32", "positions": "i32", "kept": "i32", "offsets": "i64", "alphas": "fp32", "bounds": "i32",
    "epoch_key": "i32", "inputs": "fp32", "outputs": "fp32", "noise": "i32", "damp_in": "fp32", "damp_out": "fp32",
}  # fmt: skip


@dataclass(frozen=True)
class Compiled:
    """A compiled kernel.

    Attributes:
        shape: its compile-time shape.
        ptx: its text in NVIDIA's intermediate language.
        atomics: how often each atomic operation on global memory stands in it.
        registers: a thread's, or None where the tool that tells is missing.
        spilled_bytes: of a thread's stack, or None.
        instructions: how often each machine instruction stands in its text; empty where the tool is missing.
    """

    shape: Shape
    ptx: str
    atomics: Counter[str]
    registers: int | None
    spilled_bytes: int | None
    instructions: Counter[str]


def compile_train_kernel(
    h: Hyperparameters, *, capability: int, products: str = "fma", warps: int | None = None
) -> Compiled:
    """Compile for a compute capability, such as 90 for Hopper. Triton must not be interpreting."""
    shape = Shape.of(h, products, warps)
    constants = {
        "STRIDE": -(-h.vector_size // 4) * 4, "WINDOW": h.window, "SHRINK": h.shrink_windows, "NEGATIVE": h.negative,
        "CBOW": h.model == "cbow", "MEAN": h.cbow_mean, "DAMPED": True, "PRODUCTS": products,
        "SLOTS": shape.slots, "TARGETS": shape.targets, "BLOCK": shape.block,
    }  # fmt: skip
    signature = {name: f"*{kind}" for name, kind in POINTERS.items()}
    signature |= {"first": "i64", "n_words": "i32"} | dict.fromkeys(constants, "constexpr")
    aligned = {(position,): [["tt.divisibility", 16]] for position in range(len(POINTERS))}
    source = ASTSource(fn=train_kernel, signature=signature, constexprs=constants, attrs=aligned)
    kernel = triton.compile(source, target=GPUTarget("cuda", capability, 32), options={"num_warps": shape.warps})
    usage, listing = _inspect(kernel.asm["cubin"])
    registers, stack = (re.search(rf"{name}:(\d+)", usage) for name in ("REG", "STACK"))
    opcodes = re.findall(r"/\*[0-9a-f]{4,5}\*/\s+(?:@!?U?P\d+\s+)?([A-Z0-9]+)", listing)
    return Compiled(
        shape,
        kernel.asm["ptx"],
        Counter(re.findall(r"\b(?:red|atom)\.global[\w.]*", kernel.asm["ptx"])),
        int(registers[1]) if registers else None,
        int(stack[1]) if stack else None,
        Counter(opcodes),
    )


def _inspect(cubin: bytes) -> tuple[str, str]:
    """What cuobjdump, which Triton's wheel brings, says of resources and instructions; empty without it."""
    tool = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "cuobjdump"
    if not tool.exists():
        return "", ""
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(cubin)
        file.flush()
        usage, listing = (
            subprocess.run([tool, what, file.name], capture_output=True, text=True, check=False).stdout
            for what in ("-res-usage", "-sass")
        )
    return usage, listing
