"""What this machine can do at most: int8 and float32 matrix products, measured now, with the judge's own runtime."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from eval.perf.figures import Figure, timed

ROWS, INNER, COLUMNS = 256, 1024, 1024
"""Large enough for the peak, small enough for the cache of one core."""


def float32_peak() -> Figure:
    """Billions of operations a second of numpy's own product, on every core."""
    a, b = (np.random.default_rng(n).random((INNER, INNER), dtype=np.float32) for n in (1, 2))
    best = min(timed(lambda: a @ b, at_least=10, seconds=2))
    return Figure("peak float32", 2 * INNER**3 / best / 1e6, "GOP/s", 1, note="numpy, best of many")


def int8_peak(threads: int) -> Figure:
    """The same of ONNX Runtime's int8 product, on so many threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(_product(), options, providers=["CPUExecutionProvider"])
    left = np.random.default_rng(1).integers(0, 255, (ROWS * threads, INNER), dtype=np.uint8)
    best = min(timed(lambda: session.run(None, {"a": left}), at_least=20, seconds=2))
    operations = 2 * ROWS * threads * INNER * COLUMNS
    return Figure(
        "peak int8", operations / best / 1e6, "GOP/s", 1, note=f"ONNX Runtime, {threads} threads, best of many"
    )


def _product() -> bytes:
    """An ONNX model of one product, `a @ B`; written by hand, so that measuring takes no exporter."""
    weights = np.random.default_rng(2).integers(-127, 127, (INNER, COLUMNS), dtype=np.int8)
    tensor = _message(
        [_number(1, INNER), _number(1, COLUMNS), _number(2, 3), _bytes(8, b"B"), _bytes(9, weights.tobytes())]
    )
    node = _message([_bytes(1, b"a"), _bytes(1, b"B"), _bytes(2, b"y"), _bytes(4, b"MatMulInteger")])
    graph = _message(
        [_bytes(1, node), _bytes(2, b"product"), _bytes(5, tensor), _bytes(11, _value(b"a", 2, INNER)),
         _bytes(12, _value(b"y", 6, COLUMNS))]
    )  # fmt: skip
    return _message([_number(1, 8), _bytes(8, _message([_bytes(1, b""), _number(2, 13)])), _bytes(7, graph)])


def _value(name: bytes, kind: int, columns: int) -> bytes:
    any_rows, known = _message([_bytes(2, b"n")]), _message([_number(1, columns)])
    shape = _message([_bytes(1, any_rows), _bytes(1, known)])
    return _message([_bytes(1, name), _bytes(2, _message([_bytes(1, _message([_number(1, kind), _bytes(2, shape)]))]))])


def _message(parts: Iterable[bytes]) -> bytes:
    return b"".join(parts)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
