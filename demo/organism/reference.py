"""What interventions in the organism come to in PyTorch: the fixture that capture-service's tests are held against.

    python reference.py [--weights build/model.pt] [--out ../../capture-service/src/test/resources/interventions.safetensors]

Each case changes the model's own modules by hooks. Needs `safetensors` beside requirements.txt.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from model import Config, Organism

HERE = Path(__file__).parent
LENGTHS = (12, 9)
FEATURES, K, HEAD = 32, 4, 1
LAYER = 2


def masked(edit, positions):
    """A hook output `[1, sequence, d]` with `edit` applied at some positions: all, last, or a list."""
    def change(h):
        out = h.clone()
        at = slice(None) if positions == "all" else [h.shape[1] - 1] if positions == "last" else positions
        out[:, at] = edit(h)[:, at]
        return out
    return change


def after(model, layer, change):
    return model.blocks[layer].register_forward_hook(lambda module, args, out: change(out))


def before(module, change):
    return module.register_forward_pre_hook(lambda module, args: (change(args[0]), *args[1:]))


def dictionary(rows, generator):
    """An untrained dictionary with thresholds that no pre-activation of these rows comes near."""
    d = rows.shape[1]
    decoder = torch.nn.functional.normalize(torch.randn(FEATURES, d, generator=generator), dim=1)
    centre = rows.mean(0)
    encoder = decoder + 0.02 * torch.randn(FEATURES, d, generator=generator)
    bias = 0.1 * torch.randn(FEATURES, generator=generator)
    pre = (rows - centre) @ encoder.T + bias
    threshold = torch.empty(FEATURES)
    for j in range(FEATURES):
        values = torch.cat([torch.zeros(1), pre[:, j].clamp(min=0).sort().values])
        gaps = values.diff()
        g = len(gaps) // 2 + gaps[len(gaps) // 2:].argmax()
        threshold[j] = (values[g] + values[g + 1]) / 2
    return {"encoder": encoder, "encoder_bias": bias, "decoder": decoder, "decoder_bias": centre, "threshold": threshold}


def encode(d, h):
    return (h - d["decoder_bias"]) @ d["encoder"].T + d["encoder_bias"]


def jumprelu(d, h):
    pre = encode(d, h)
    return pre * (pre > d["threshold"])


def topk(d, h):
    best = encode(d, h).topk(K, dim=-1)
    return torch.zeros(*h.shape[:-1], FEATURES).scatter(-1, best.indices, best.values.relu())


def reconstruct(d, activation):
    return lambda h: activation(d, h) @ d["decoder"] + d["decoder_bias"]


def ablate(d, activation, features):
    return lambda h: h - activation(d, h)[..., features] @ d["decoder"][features]


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", type=Path, default=HERE / "build" / "model.pt")
    parser.add_argument("--out", type=Path,
                        default=HERE.parents[1] / "capture-service/src/test/resources/interventions.safetensors")
    options = parser.parse_args()
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(17)
    config = Config()
    model = Organism(config)
    model.load_state_dict(torch.load(options.weights))
    model.eval()
    documents = [torch.randint(8, config.vocabulary, (1, n), generator=generator) for n in LENGTHS]

    clean = [model.residuals(ids) for ids in documents]
    rows = torch.cat([r[LAYER][0] for r in clean])
    d = dictionary(rows, generator)
    vector = torch.randn(config.width, generator=generator)
    unit = vector / vector.norm()
    head = torch.randn(config.width // config.heads, generator=generator)
    shift = torch.zeros(config.width)
    shift[HEAD * len(head):(HEAD + 1) * len(head)] = head

    def add(h): return h + vector
    def project(h): return h - (h @ unit)[..., None] * unit

    cases = {
        "add": lambda: [after(model, 1, masked(add, "all"))],
        "add_last": lambda: [before(model.blocks[2], masked(add, "last"))],
        "project_listed": lambda: [after(model, LAYER, masked(project, [3, 5]))],
        "shift_head": lambda: [before(model.blocks[2].out, masked(lambda z: z + shift, "all"))],
        "reconstruct": lambda: [after(model, LAYER, masked(reconstruct(d, jumprelu), "all"))],
        "reconstruct_topk": lambda: [after(model, LAYER, masked(reconstruct(d, topk), "all"))],
        "ablate": lambda: [after(model, LAYER, masked(ablate(d, jumprelu, [3, 7]), "all"))],
        "ablate_topk": lambda: [after(model, LAYER, masked(ablate(d, topk, [3, 7]), "all"))],
        "two": lambda: [after(model, 0, masked(add, "all")), after(model, LAYER, masked(project, "all"))],
        "zero": lambda: [after(model, LAYER, masked(torch.zeros_like, "all"))],
    }

    def losses(case):
        hooks = cases[case]() if case else []
        logits = [model(ids)[0].double() for ids in documents]
        for hook in hooks:
            hook.remove()
        return logits

    tensors = {"tokens": torch.cat([ids[0] for ids in documents]).int(), "vector": vector, "head": head, **d}
    tensors["clean"] = torch.cat([r[-1][0] for r in clean])
    for name, install in cases.items():
        if name == "zero":
            continue
        hooks = install()
        tensors[name] = torch.cat([model.residuals(ids)[-1][0] for ids in documents])
        if name in ("add", "reconstruct"):
            tensors[name + ".logits"] = torch.cat([model(ids)[0, -1:] for ids in documents])
        for hook in hooks:
            hook.remove()

    def cross_entropy(logits):
        return sum(torch.nn.functional.cross_entropy(l[:-1], ids[0, 1:], reduction="sum").item()
                   for l, ids in zip(logits, documents))

    plain, patched = losses(None), losses("reconstruct")
    kl = sum((a.log_softmax(-1).exp() * (a.log_softmax(-1) - b.log_softmax(-1)))[:-1].sum().item()
             for a, b in zip(plain, patched))
    measured = torch.cat([r[1][0, 1:] for r in clean]).double()
    facts = {
        "ce_clean": cross_entropy(plain), "ce_zero": cross_entropy(losses("zero")),
        "ce_patched": cross_entropy(patched), "kl": kl, "predicted": sum(LENGTHS) - len(LENGTHS),
        "norm": measured.norm(dim=1).mean().item(),
        "sigma": (measured @ unit.double()).std(correction=0).item(),
    }
    pre = encode(d, rows)
    margin = min((pre - d["threshold"]).abs().min().item(),
                 (pre.sort(descending=True).values[:, K - 1] - pre.sort(descending=True).values[:, K]).min().item())
    tensors = {name: t.contiguous() for name, t in tensors.items()}
    save_file(tensors, options.out, metadata={"facts": json.dumps(facts), "lengths": json.dumps(LENGTHS)})
    print(f"{options.out}: {options.out.stat().st_size} bytes, firing decided by at least {margin:.1e}", facts)


if __name__ == "__main__":
    main()
