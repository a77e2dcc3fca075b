"""Reads dictionaries with the packages that define their layouts, and trains some, one JSON order a line.

Order: {"op": "read", "layout", "folder", "rows": file of float32 [n, d], "width": d, "features": F}
   or: {"op": "train", "layout", "architecture", "folder", "rows", "width", "features", "k", "steps"}: trains on the rows
       and writes the folder as the package does.
Answer: {"values": file of float32 [n, F], activations with decoder norms folded}
"""

import json
import os
import pathlib
import sys

os.environ["SPARSIFY_DISABLE_TRITON"] = "1"
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

import numpy as np
import sae_lens
import sparsify
import torch
from sae_lens import SAE
from sae_lens.saes.batchtopk_sae import BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig
from sae_lens.saes.jumprelu_sae import JumpReLUTrainingSAE, JumpReLUTrainingSAEConfig
from sae_lens.saes.matryoshka_batchtopk_sae import (
    MatryoshkaBatchTopKTrainingSAE,
    MatryoshkaBatchTopKTrainingSAEConfig,
)
from sae_lens.saes.sae import SAEMetadata, TrainStepInput
from sae_lens.saes.standard_sae import StandardTrainingSAE, StandardTrainingSAEConfig
from sae_lens.saes.topk_sae import TopKTrainingSAE, TopKTrainingSAEConfig
from sparsify import SparseCoder, SparseCoderConfig

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)
BATCH = 256


def rows_of(order):
    return torch.from_numpy(np.fromfile(order["rows"], dtype="<f4").reshape(-1, order["width"]).copy())


def sae_lens_model(order):
    shape = dict(
        d_in=order["width"],
        d_sae=order["features"],
        metadata=SAEMetadata(model_name="organism", hook_name="blocks.2.hook_resid_post"),
    )
    k = order["k"]
    match order["architecture"]:
        case "standard":
            return StandardTrainingSAE(StandardTrainingSAEConfig(**shape, l1_coefficient=1.0)), {"l1": 1.0}
        case "topk":
            return TopKTrainingSAE(TopKTrainingSAEConfig(**shape, k=k)), {}
        case "jumprelu":
            return JumpReLUTrainingSAE(JumpReLUTrainingSAEConfig(**shape, l0_coefficient=0.1)), {"l0": 0.1}
        case "batchtopk":
            return BatchTopKTrainingSAE(BatchTopKTrainingSAEConfig(**shape, k=k, topk_threshold_lr=0.1)), {}
        case "matryoshka":
            widths = [order["features"] // 4, order["features"] // 2, order["features"]]
            config = MatryoshkaBatchTopKTrainingSAEConfig(**shape, k=k, topk_threshold_lr=0.1, matryoshka_widths=widths)
            return MatryoshkaBatchTopKTrainingSAE(config), {}


def train_sae_lens(order, rows):
    sae, coefficients = sae_lens_model(order)
    optimizer = torch.optim.Adam(sae.parameters(), lr=1e-3)
    for step in range(order["steps"]):
        at = step * BATCH % (len(rows) - BATCH + 1)
        out = sae.training_forward_pass(
            TrainStepInput(
                sae_in=rows[at : at + BATCH],
                coefficients=coefficients,
                dead_neuron_mask=None,
                n_training_steps=step,
                is_logging_step=False,
            )
        )
        optimizer.zero_grad()
        out.loss.backward()
        optimizer.step()
    sae.save_inference_model(order["folder"])


def train_sparsify(order, rows):
    coder = SparseCoder(
        order["width"], SparseCoderConfig(num_latents=order["features"], k=order["k"])
    )
    optimizer = torch.optim.Adam(coder.parameters(), lr=1e-3)
    for step in range(order["steps"]):
        at = step * BATCH % (len(rows) - BATCH + 1)
        coder.set_decoder_norm_to_unit_norm()
        loss = coder(rows[at : at + BATCH]).fvu
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    coder.set_decoder_norm_to_unit_norm()
    coder.save_to_disk(order["folder"])


@torch.no_grad()
def read(order, rows):
    if order["layout"] == "sparsify":
        coder = SparseCoder.load_from_disk(order["folder"])
        top = coder.encode(rows)
        return torch.zeros(len(rows), order["features"]).scatter(1, top.top_indices, top.top_acts)
    sae = SAE.load_from_disk(order["folder"], device="cpu")
    if sae.cfg.architecture() != "topk":
        sae = SAE.load_from_disk(order["folder"], device="cpu", fold_W_dec_norm=True)
    return sae.encode(rows)


print(json.dumps({"sae_lens": sae_lens.__version__, "torch": torch.__version__}), file=answers, flush=True)
for line in sys.stdin:
    order = json.loads(line)
    rows = rows_of(order)
    if order["op"] == "train":
        (train_sparsify if order["layout"] == "sparsify" else train_sae_lens)(order, rows)
    values = pathlib.Path(order["folder"]) / "values.f32"
    read(order, rows).numpy().astype("<f4").tofile(values)
    print(json.dumps({"values": str(values)}), file=answers, flush=True)
