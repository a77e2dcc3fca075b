"""Reads shard files with nothing but `pip install safetensors numpy` and checks what every shard holds.

    python read_shard.py FILE...
"""

import json
import sys

import numpy as np
from safetensors import safe_open

WIDTHS = {"F16": np.float16, "F32": np.float32}


def activations(path):
    """Activations as float32, [rows, width]. NumPy has no bfloat16: its bits are the upper half of a float32."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        info = json.loads(file.read(size))["activation"]
        begin, end = info["data_offsets"]
        file.seek(8 + size + begin)
        raw = file.read(end - begin)
    if info["dtype"] == "BF16":
        values = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
    else:
        values = np.frombuffer(raw, WIDTHS[info["dtype"]]).astype(np.float32)
    return values.reshape(info["shape"])


def check(path):
    with safe_open(path, framework="np") as shard:
        about = shard.metadata()
        columns = {name: shard.get_tensor(name) for name in shard.keys() if name != "activation"}
        if about["format"] != "concordance-shard/1":
            raise SystemExit(f"{path}: format {about['format']}")
    rows = activations(path)
    documents = json.loads(about["documents"])
    assert all(len(columns[name]) == len(rows) for name in ("token", "document", "position", "span", "outcome"))
    assert np.isfinite(rows).all()
    assert len(rows) == 0 or columns["document"].max() < len(documents)
    firsts = np.flatnonzero(np.diff(columns["document"], prepend=-1))
    assert (columns["position"][firsts] == 0).all()
    if "position_sum" in columns:
        for position, count in enumerate(columns["position_rows"]):
            here = columns["position"] == position
            assert here.sum() == count
            np.testing.assert_allclose(columns["position_sum"][position], rows[here].sum(0, dtype=np.float64), rtol=1e-6, atol=1e-6)
    print(f"{path}: {about['hook']}, slice {about['slice']}, {rows.shape[0]} rows of {rows.shape[1]}, "
          f"{len(documents)} documents, arm {about['arm']}")


for file in sys.argv[1:]:
    check(file)
