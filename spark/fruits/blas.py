"""What OpenBLAS, which computes numpy's matrix products, is told before numpy is imported.

It knows processors by their model. In numpy 1.26 it takes some Intel processors that are younger than itself for ones
with SSE3 only, at a third of their speed (OpenBLAS, pull request 4268, "Fix unwanted hard fallback to Prescott"). Told
of a core that it has never heard of, it asks the processor what it can do: with AVX-512, with AVX2 or without, each
node by itself. Its builds for ARM would take the plainest kernels then, so they are told nothing.
"""

import os
import platform

ENVIRONMENT = {"OPENBLAS_CORETYPE": "by-features"} if platform.machine() == "x86_64" else {}


def tell() -> None:
    """Tell it in this process, unless whoever started it has said something else."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
