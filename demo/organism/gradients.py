"""Reference gradients of the organism by PyTorch autograd in double precision, for the tests of the platform's own.

    python gradients.py [--out FILE]

Writes safetensors: `ids` int64 `[2, 12]`; `logprob.resid_post.{l}`, the gradient of the documents' log-likelihood (each
token after the first given those before it) at the stream after block l; `cotangent` on `resid_post.3`, and
`vjp.resid_post.{l}`, its vector-Jacobian product there. All but `ids` are float32 `[2, 12, 128]`.
"""

import argparse
import json
import struct
from pathlib import Path

import numpy as np
import torch

from model import Config, Organism

HERE = Path(__file__).parent
SOURCES = (0, 2)
LAST = 3


def gradients(model: Organism, ids: torch.Tensor) -> dict[str, np.ndarray]:
    stream = model.residuals(ids)
    sources = [stream[layer] for layer in SOURCES]
    cotangent = torch.randn(stream[LAST].shape, generator=torch.Generator().manual_seed(1)).double()
    log_p = model.logits(stream[LAST]).log_softmax(-1)
    likelihood = log_p[:, :-1].gather(-1, ids[:, 1:, None]).sum()
    by_likelihood = torch.autograd.grad(likelihood, sources, retain_graph=True)
    by_cotangent = torch.autograd.grad(stream[LAST], sources, grad_outputs=cotangent)
    tensors = {"ids": ids.numpy(), "cotangent": cotangent.float().numpy()}
    for layer, logprob, vjp in zip(SOURCES, by_likelihood, by_cotangent):
        tensors[f"logprob.resid_post.{layer}"] = logprob.float().numpy()
        tensors[f"vjp.resid_post.{layer}"] = vjp.float().numpy()
    return tensors


def save(tensors: dict[str, np.ndarray], path: Path) -> None:
    header, data, names = {}, b"", {"float32": "F32", "int64": "I64"}
    for name in sorted(tensors, key=lambda n: (tensors[n].dtype != np.int64, n)):
        raw = np.ascontiguousarray(tensors[name]).tobytes()
        header[name] = {"dtype": names[str(tensors[name].dtype)], "shape": list(tensors[name].shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path,
                        default=HERE.parents[1] / "capture-service/src/test/resources/organism-gradients.safetensors")
    options = parser.parse_args()
    model = Organism(Config())
    model.load_state_dict(torch.load(HERE / "build" / "model.pt"))
    ids = torch.randint(0, Config().vocabulary, (2, 12), generator=torch.Generator().manual_seed(0))
    save(gradients(model.double().eval(), ids), options.out)


if __name__ == "__main__":
    main()
