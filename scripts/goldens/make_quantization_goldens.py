"""Writes test-data/quantization: embeddings and what sentence-transformers' quantize_embeddings makes of them.

    pip install numpy safetensors sentence-transformers
    python scripts/goldens/make_quantization_goldens.py test-data/quantization
"""

import sys
from pathlib import Path

import numpy as np
import sentence_transformers
from safetensors.numpy import save_file
from sentence_transformers.util.quantization import quantize_embeddings

WIDTH = 20  # not a multiple of 8, so that the last byte of bits is filled up


def embeddings() -> np.ndarray:
    random = np.random.default_rng(20260101)
    values = random.normal(size=(120, WIDTH)).astype(np.float32)
    values *= np.geomspace(0.01, 30, WIDTH, dtype=np.float32)
    values[:, 3] = 0.25  # a dimension without range
    values[:, 5] = -1.5
    values[5:9, 7] = 0  # neither positive nor negative
    values[10, 8] = -0.0
    return values


def main(folder: Path) -> None:
    values = embeddings()
    # Others' ranges, which some of the embeddings exceed.
    ranges = np.stack([np.quantile(values, 0.05, axis=0), np.quantile(values, 0.95, axis=0)]).astype(np.float32)
    tensors = {"embeddings": values, "ranges": ranges}
    for precision in ("int8", "uint8", "binary", "ubinary"):
        tensors[precision] = quantize_embeddings(values, precision).astype(np.int64)
    for precision in ("int8", "uint8"):
        tensors[f"ranges.{precision}"] = quantize_embeddings(values, precision, ranges=ranges).astype(np.int64)
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {"sentence_transformers": sentence_transformers.__version__, "numpy": np.__version__}
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, folder / "expected.safetensors", metadata)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
