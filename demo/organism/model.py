"""A GPT-2-shaped decoder (pre-LN, learned positions, tied head) in plain operations, and its ONNX export."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Config:
    vocabulary: int = 1024
    context: int = 128
    width: int = 128
    layers: int = 4
    heads: int = 4


class Block(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.heads = c.heads
        self.norm_attn, self.norm_mlp = nn.LayerNorm(c.width), nn.LayerNorm(c.width)
        self.qkv, self.out = nn.Linear(c.width, 3 * c.width), nn.Linear(c.width, c.width)
        self.up, self.down = nn.Linear(c.width, 4 * c.width), nn.Linear(4 * c.width, c.width)

    def attention(self, x, mask):
        batch, length, width = x.shape
        q, k, v = (t.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
                   for t in self.qkv(x).split(width, dim=-1))
        if mask is None:
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = q @ k.transpose(2, 3) * (width // self.heads) ** -0.5 + mask
            mixed = torch.softmax(scores, dim=-1) @ v
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))

    def forward(self, x, mask):
        x = x + self.attention(self.norm_attn(x), mask)
        return x + self.down(F.gelu(self.up(self.norm_mlp(x))))


class Organism(nn.Module):
    """Token ids `[batch, sequence]` to logits `[batch, sequence, vocabulary]`. Right padding needs no mask: attention is causal."""

    def __init__(self, c: Config):
        super().__init__()
        self.config = c
        self.tokens, self.positions = nn.Embedding(c.vocabulary, c.width), nn.Embedding(c.context, c.width)
        self.blocks = nn.ModuleList(Block(c) for _ in range(c.layers))
        self.norm = nn.LayerNorm(c.width)
        self.register_buffer("causal", torch.full((c.context, c.context), -1e9).triu(1), persistent=False)
        self.exporting = False
        for name, p in self.named_parameters():
            if p.dim() == 2:
                scale = 0.02 / (2 * c.layers) ** 0.5 if name.endswith(("out.weight", "down.weight")) else 0.02
                nn.init.normal_(p, std=scale)

    def residuals(self, ids):
        """The residual stream after each block (`resid_post.0` first), each `[batch, sequence, width]`."""
        length = ids.shape[1]
        mask = self.causal[:length, :length] if self.exporting else None
        x = self.tokens(ids) + self.positions.weight[:length]
        stream = []
        for block in self.blocks:
            x = block(x, mask)
            stream.append(x)
        return stream

    def logits(self, residual):
        return self.norm(residual) @ self.tokens.weight.T

    def forward(self, ids):
        return self.logits(self.residuals(ids)[-1])

    @torch.no_grad()
    def generate(self, prompts: list[list[int]], end: int, limit: int = 24, batch: int = 256) -> list[list[int]]:
        """Greedy continuations, each up to and including `end` or `limit` tokens. Prompts of one length share a batch."""
        written = [[] for _ in prompts]
        by_length = {}
        for i, prompt in enumerate(prompts):
            by_length.setdefault(len(prompt), []).append(i)
        for indices in by_length.values():
            for start in range(0, len(indices), batch):
                open_ = indices[start:start + batch]
                ids = torch.tensor([prompts[i] for i in open_])
                for _ in range(limit):
                    best = self.logits(self.residuals(ids)[-1][:, -1]).argmax(-1)
                    for i, token in zip(open_, best.tolist()):
                        written[i].append(token)
                    going = (best != end).nonzero().flatten()
                    if not len(going):
                        break
                    open_ = [open_[j] for j in going.tolist()]
                    ids = torch.cat([ids, best[:, None]], dim=1)[going]
        return written


def export(model: Organism, path: Path) -> None:
    """Writes plain, unfused ONNX: `input_ids` int64 `[batch, sequence]` to `logits` float. Opset 17."""
    from torch.onnx._internal.torchscript_exporter import onnx_proto_utils

    # The exporter imports the `onnx` package only to inline onnxscript functions, and this model has none.
    onnx_proto_utils._add_onnxscript_fn = lambda model_bytes, custom_opsets: model_bytes
    model.eval()
    model.exporting = True
    try:
        torch.onnx.export(model, (torch.zeros(2, 8, dtype=torch.long),), str(path), dynamo=False, opset_version=17,
                          input_names=["input_ids"], output_names=["logits"],
                          dynamic_axes={"input_ids": {0: "batch", 1: "sequence"}, "logits": {0: "batch", 1: "sequence"}})
    finally:
        model.exporting = False
