"""Makes gradients.json: one step's gradients of every architecture by PyTorch's autograd, in double precision.

    python -m venv v && v/bin/pip install torch numpy && v/bin/python make.py

The losses are written from the papers, not from the kernels:
standard (Bricken et al. 2023), TopK with AuxK (Gao et al. 2024), BatchTopK (Bussmann et al. 2024), JumpReLU with its
straight-through estimators (Rajamanoharan et al. 2024, equations 11 and 12), Matryoshka (Bussmann et al. 2025).
Decoder gradients have the part along their own unit row removed.
"""

import json
import pathlib

import numpy as np
import torch

D, F, B, K = 10, 24, 13, 4
ALPHA = 1 / 32
DEAD = [2, 5, 11, 17, 20]
DEAD_K = 2
PREFIXES = [3, 9, 24]
L1 = 0.01
BANDWIDTH = 0.5
L0_PENALTY = 0.02

rng = np.random.default_rng(20)


def f32(*shape, scale=1.0):
    return (rng.standard_normal(shape) * scale).astype(np.float32)


rows = f32(B, D)
decoder = f32(F, D)
decoder /= np.linalg.norm(decoder, axis=1, keepdims=True)
inputs = {
    "rows": rows,
    "encoder": f32(F, D, scale=D**-0.5),
    "encoder_bias": f32(F, scale=0.1),
    "decoder": decoder,
    "decoder_bias": f32(D, scale=0.2),
    "threshold": f32(F, scale=0.5),
}


class Jump(torch.autograd.Function):
    """z H(z - theta); d/dtheta = -theta / bandwidth inside the band."""

    @staticmethod
    def forward(ctx, z, theta):
        ctx.save_for_backward(z, theta)
        return z * (z > theta)

    @staticmethod
    def backward(ctx, g):
        z, theta = ctx.saved_tensors
        band = (z - theta).abs() < BANDWIDTH / 2
        return g * (z > theta), -(theta / BANDWIDTH) * (band * g).sum(0)


class Step(torch.autograd.Function):
    """H(z - theta); d/dtheta = -1 / bandwidth inside the band, d/dz = 0."""

    @staticmethod
    def forward(ctx, z, theta):
        ctx.save_for_backward(z, theta)
        return (z > theta).to(z.dtype)

    @staticmethod
    def backward(ctx, g):
        z, theta = ctx.saved_tensors
        band = (z - theta).abs() < BANDWIDTH / 2
        return torch.zeros_like(z), -(1 / BANDWIDTH) * (band * g).sum(0)


def keep(z, count):
    flat = z.flatten()
    mask = torch.zeros_like(flat)
    mask[flat.topk(count).indices] = 1
    return mask.view_as(z)


def case(name):
    p = {key: torch.tensor(value.astype(np.float64), requires_grad=key != "rows") for key, value in inputs.items()}
    x = p["rows"]
    z = (x - p["decoder_bias"]) @ p["encoder"].T + p["encoder_bias"]
    penalty = 0
    prefixes = [F]
    if name == "standard":
        a = z.relu()
        penalty = L1 * a.sum()
    elif name == "jumprelu":
        theta = p["threshold"].exp()
        a = Jump.apply(z, theta)
        penalty = L0_PENALTY * Step.apply(z, theta).sum()
    elif name == "topk":
        mask = torch.stack([keep(row, K) for row in z.detach()])
        a = z.relu() * mask
    else:
        a = z.relu() * keep(z.detach().relu(), K * B)
        prefixes = PREFIXES if name == "matryoshka" else prefixes
    error = x - (a @ p["decoder"] + p["decoder_bias"])
    main = sum(
        (x - (a[:, :m] @ p["decoder"][:m] + p["decoder_bias"])).pow(2).mean() for m in prefixes
    ) / len(prefixes)
    loss = main + penalty
    if name == "topk":
        held = error.detach()
        dead = z[:, DEAD]
        mask = torch.stack([keep(row, DEAD_K) for row in dead.detach()])
        rest = held - (dead.relu() * mask) @ p["decoder"][DEAD]
        loss = loss + ALPHA * rest.pow(2).sum() / (held - held.mean(0)).pow(2).sum()
    loss.backward()
    gradients = {}
    for key, value in p.items():
        if key == "rows":
            continue
        g = torch.zeros_like(value) if value.grad is None else value.grad
        if key == "decoder":
            unit = value.detach()
            g = g - (g * unit).sum(1, keepdim=True) * unit
        gradients[key] = [float(f"{v:.9e}") for v in g.flatten().tolist()]
    return {"loss": float(loss.detach()), "gradients": gradients}


out = {
    "width": D,
    "features": F,
    "batch": B,
    "k": K,
    "alpha": ALPHA,
    "dead": DEAD,
    "deadK": DEAD_K,
    "prefixes": PREFIXES,
    "activationPenalty": L1,
    "bandwidth": BANDWIDTH,
    "thresholdPenalty": L0_PENALTY,
    "inputs": {key: [float(v) for v in value.flatten()] for key, value in inputs.items()},
    "cases": {name: case(name) for name in ["standard", "topk", "batchtopk", "jumprelu", "matryoshka"]},
}
pathlib.Path(__file__).with_name("gradients.json").write_text(json.dumps(out) + "\n")
