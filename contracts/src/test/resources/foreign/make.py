"""Makes the folders beside it: dictionaries as SAELens and sparsify write them, with what the packages read from rows.

    python -m venv v && v/bin/pip install sae-lens==6.54.12 eai-sparsify==1.3.3 && v/bin/python make.py

Trained ones take a few steps of the package's own training step, so that thresholds and norms are what training leaves.
rows.safetensors: `rows` [n, d], `features` [n, F] as encode() gives them with decoder norms folded (SAELens'
fold_W_dec_norm), `reconstruction` [n, d].
"""

import os
import pathlib
import shutil

os.environ["SPARSIFY_DISABLE_TRITON"] = "1"

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
from safetensors.torch import load_file, save_file
from sparsify import SparseCoder, SparseCoderConfig

D, F, N, K, STEPS = 8, 24, 40, 4, 60
HERE = pathlib.Path(__file__).parent

torch.manual_seed(20)
directions = torch.nn.functional.normalize(torch.randn(16, D), dim=1)


def sample(n):
    codes = torch.rand(n, 16) * (torch.rand(n, 16) < 0.15)
    return codes @ directions * 3 + 0.5


def train(sae, coefficients):
    optimizer = torch.optim.Adam(sae.parameters(), lr=3e-3)
    for step in range(STEPS):
        out = sae.training_forward_pass(
            TrainStepInput(
                sae_in=sample(64),
                coefficients=coefficients,
                dead_neuron_mask=None,
                n_training_steps=step,
                is_logging_step=False,
            )
        )
        optimizer.zero_grad()
        out.loss.backward()
        optimizer.step()
    return sae


def metadata():
    return SAEMetadata(model_name="pythia-70m-deduped", hook_name="blocks.3.hook_resid_post")


def state(folder, features, reconstruction, rows):
    save_file(
        {
            "rows": rows.detach().contiguous(),
            "features": features.detach().float().contiguous(),
            "reconstruction": reconstruction.detach().float().contiguous(),
        },
        folder / "rows.safetensors",
    )


def saelens(name, sae, dtype=None, edit=None):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    sae.save_inference_model(folder)
    if dtype is not None:
        weights = load_file(folder / "sae_weights.safetensors")
        save_file({k: v.to(dtype) for k, v in weights.items()}, folder / "sae_weights.safetensors")
    if edit is not None:
        import json

        config = json.loads((folder / "cfg.json").read_text())
        edit(config)
        (folder / "cfg.json").write_text(json.dumps(config))
    rows = sample(N)
    loaded = SAE.load_from_disk(folder, device="cpu", dtype="float32")
    folds = loaded.cfg.architecture() != "topk" or loaded.cfg.rescale_acts_by_decoder_norm
    if folds:
        loaded = SAE.load_from_disk(folder, device="cpu", dtype="float32", fold_W_dec_norm=True)
    features = loaded.encode(rows)
    reconstruction = loaded.decode(features)
    if not folds:
        features = features * loaded.W_dec.norm(dim=1)
    state(folder, features, reconstruction, rows)


shape = dict(d_in=D, d_sae=F, metadata=metadata())
standard = train(StandardTrainingSAE(StandardTrainingSAEConfig(**shape, l1_coefficient=0.1)), {"l1": 0.1})
saelens("standard", standard)
saelens("standard-f16", standard, torch.float16)
saelens(
    "standard-input-bias",
    train(StandardTrainingSAE(StandardTrainingSAEConfig(**shape, apply_b_dec_to_input=False, l1_coefficient=0.1)), {"l1": 0.1}),
)
saelens("topk", train(TopKTrainingSAE(TopKTrainingSAEConfig(**shape, k=K)), {}))
saelens(
    "topk-own-norms",
    train(TopKTrainingSAE(TopKTrainingSAEConfig(**shape, k=K, rescale_acts_by_decoder_norm=False)), {}),
)
jumprelu = train(
    JumpReLUTrainingSAE(JumpReLUTrainingSAEConfig(**shape, l0_coefficient=0.01, jumprelu_init_threshold=0.1)),
    {"l0": 0.01},
)
saelens("jumprelu", jumprelu)
saelens("jumprelu-bf16", jumprelu, torch.bfloat16)
saelens("batchtopk", train(BatchTopKTrainingSAE(BatchTopKTrainingSAEConfig(**shape, k=K, topk_threshold_lr=0.1)), {}))
saelens(
    "matryoshka",
    train(
        MatryoshkaBatchTopKTrainingSAE(
            MatryoshkaBatchTopKTrainingSAEConfig(**shape, k=K, topk_threshold_lr=0.1, matryoshka_widths=[6, 12, F])
        ),
        {},
    ),
)

folder = HERE / "sparsify"
shutil.rmtree(folder, ignore_errors=True)
coder = SparseCoder(D, SparseCoderConfig(expansion_factor=3, k=K))
optimizer = torch.optim.Adam(coder.parameters(), lr=3e-3)
for _ in range(STEPS):
    coder.set_decoder_norm_to_unit_norm()
    loss = coder(sample(64)).fvu
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
coder.set_decoder_norm_to_unit_norm()
coder.save_to_disk(folder)
rows = sample(N)
loaded = SparseCoder.load_from_disk(folder)
top = loaded.encode(rows)
features = torch.zeros(N, F).scatter(1, top.top_indices, top.top_acts)
state(folder, features, loaded.decode(top.top_acts, top.top_indices), rows)
