"""Reference gradients of the organism by PyTorch autograd in double precision, for the tests of the platform's own.

    python gradients.py [--out FILE]

Writes safetensors: `ids` int64 `[2, 12]`; `logprob.resid_post.{l}`, the gradient of the documents' log-likelihood (each
token after the first given those before it) at the stream after block l; `cotangent` on `resid_post.3`, and
`vjp.resid_post.{l}`, its vector-Jacobian product there. All but `ids` are float32 `[2, 12, 128]`.

Beside it `organism-attributions.safetensors`: a random dictionary of 64 features at `resid_post.2` (`encoder`, `decoder`
`[64, 128]`, `encoder_bias`, `threshold` `[64]`, `decoder_bias` `[128]`); `prompt` int64 `[2, 10]`, `action` int64 `[2]`, `set`
int64 `[3]`; for m the log-probability of the action after each prompt, `metric` `[2]`, `gradient` and `integrated` `[2, 64]`
(activation x gradient, and with the gradient's mean over the midpoints of 8 steps from 0 to the activations), `error` `[2]`
(the reconstruction error's share), `effect` `[2, 3]` (m less m without features 3, without 5 and 9, without all); and
`odds.metric`, `odds.gradient` for m the log-odds of the set.
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


STEPS = 8
REMOVED = ([3], [5, 9], list(range(64)))


def attributions(model: Organism) -> dict[str, np.ndarray]:
    random = torch.Generator().manual_seed(2)
    prompt = torch.randint(0, Config().vocabulary, (2, 10), generator=random)
    action, chosen = torch.tensor([5, 17]), torch.tensor([5, 900, 31])
    encoder = torch.nn.functional.normalize(torch.randn(64, Config().width, generator=random), dim=-1)
    decoder = torch.nn.functional.normalize(encoder + torch.randn(64, Config().width, generator=random) / 20, dim=-1)
    encoder_bias, decoder_bias = torch.randn(64, generator=random) / 10, torch.randn(Config().width, generator=random) / 10
    threshold = torch.full((64,), 0.25)
    parts = {"encoder": encoder, "decoder": decoder, "encoder_bias": encoder_bias, "decoder_bias": decoder_bias,
             "threshold": threshold}
    w, d, b, c, t = (parts[name].double() for name in ("encoder", "decoder", "encoder_bias", "decoder_bias", "threshold"))
    ids = torch.cat([prompt, action[:-1].repeat(2, 1)], dim=1)
    last = prompt.shape[1] - 1
    before = model.residuals(ids)[2].detach()
    inside = (torch.arange(ids.shape[1]) <= last)[None, :, None]
    pre = (before - c) @ w.T + b
    fired = torch.where((pre > t) & inside, pre, 0)
    error = torch.where(inside, before - c - fired @ d, 0)

    def downstream(h):
        return model.logits(model.blocks[3](h, model.causal[:h.shape[1], :h.shape[1]].double()))

    def log_probability(h):
        log_p = downstream(h).log_softmax(-1)[:, last:]
        return log_p.gather(-1, action.repeat(2, 1)[..., None]).sum((1, 2))

    def odds(h):
        logits = downstream(h)[:, last]
        rest = torch.ones(logits.shape[-1], dtype=torch.bool).index_fill(0, chosen, False)
        return logits[:, chosen].logsumexp(-1) - logits[:, rest].logsumexp(-1)

    def gradient(metric, h):
        h = h.clone().requires_grad_()
        return torch.autograd.grad(metric(h).sum(), h)[0]

    here = gradient(log_probability, before)
    path = [gradient(log_probability, before - (1 - (s + 0.5) / STEPS) * fired @ d) for s in range(STEPS)]
    metric = log_probability(before)
    effects = []
    for removed in REMOVED:
        kept = torch.zeros_like(fired)
        kept[..., removed] = fired[..., removed]
        effects.append(metric - log_probability(before - kept @ d))
    tensors = parts | {
        "metric": metric, "gradient": (fired * (here @ d.T)).sum(1),
        "integrated": (fired * (sum(path) / STEPS @ d.T)).sum(1), "error": (here * error).sum((1, 2)),
        "effect": torch.stack(effects, dim=1), "odds.metric": odds(before),
        "odds.gradient": (fired * (gradient(odds, before) @ d.T)).sum(1)}
    return {name: tensor.detach().float().numpy() for name, tensor in tensors.items()} | {
        "prompt": prompt.numpy(), "action": action.numpy(), "set": chosen.numpy()}


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
    model = model.double().eval()
    save(gradients(model, ids), options.out)
    save(attributions(model), options.out.with_name("organism-attributions.safetensors"))


if __name__ == "__main__":
    main()
