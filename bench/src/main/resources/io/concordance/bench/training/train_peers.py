"""Training steps of published TopK trainers on the CPU, one JSON order a line.

Order: {"peer", "d", "f", "k", "batch", "rows": file of float32 [n * batch, d], "directions": file of float32 [f, d],
        "rate", "warmup", "steps", "reset"}
Answer: {"seconds": [one a step], "fvu": on the last batch before its step, "peak": bytes resident at most}
"""

import json
import os
import resource
import sys
import time

import numpy as np
import torch

# Without a GPU sparsify decodes by embedding_bag, as it does itself where Triton is not installed.
os.environ["SPARSIFY_DISABLE_TRITON"] = "1"
torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)


def directions(order):
    return torch.from_numpy(np.fromfile(order["directions"], dtype="<f4").reshape(order["f"], order["d"]).copy())


class SaeLens:
    """SAELens' TopKTrainingSAE with the body of SAETrainer's step."""

    def __init__(self, order, sparse=False):
        from sae_lens.saes.sae import TrainStepInput
        from sae_lens.saes.topk_sae import TopKTrainingSAE, TopKTrainingSAEConfig

        self.input = TrainStepInput
        self.sae = TopKTrainingSAE(
            TopKTrainingSAEConfig(
                d_in=order["d"], d_sae=order["f"], k=order["k"], device="cpu", use_sparse_activations=sparse
            )
        )
        w = directions(order)
        self.sae.W_dec.data = w.clone()
        self.sae.W_enc.data = w.T.contiguous()
        self.optimizer = torch.optim.Adam(self.sae.parameters(), lr=order["rate"])
        self.fired = torch.zeros(order["f"])
        self.step = 0

    def update(self, x):
        out = self.sae.training_forward_pass(
            step_input=self.input(
                sae_in=x, dead_neuron_mask=None, coefficients={}, n_training_steps=self.step, is_logging_step=False
            )
        )
        with torch.no_grad():
            firing = out.feature_acts.bool().float()
            did = firing.sum(-2).bool()
            did = did.to_dense() if did.is_sparse else did
            self.fired += 1
            self.fired[did] = 0
        out.loss.backward()
        torch.nn.utils.clip_grad_norm_(self.sae.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1

    @torch.no_grad()
    def reconstruct(self, x):
        return self.sae.decode(self.sae.encode(x))


class DictionaryLearning:
    """dictionary_learning's TopKTrainer as it is, started at the given directions and at the origin."""

    def __init__(self, order):
        from dictionary_learning.trainers.top_k import TopKTrainer

        self.trainer = TopKTrainer(
            steps=10**9,
            activation_dim=order["d"],
            dict_size=order["f"],
            k=order["k"],
            layer=0,
            lm_name="none",
            lr=order["rate"],
            warmup_steps=order["warmup"],
            device="cpu",
            seed=0,
        )
        w = directions(order)
        self.trainer.ae.decoder.weight.data = w.T.contiguous()
        self.trainer.ae.encoder.weight.data = w.clone()
        self.step = 1

    def update(self, x):
        self.trainer.update(self.step, x)
        self.step += 1

    @torch.no_grad()
    def reconstruct(self, x):
        return self.trainer.ae(x)


class Sparsify:
    """EleutherAI sparsify's SparseCoder with Adam, projection and unit norm, as its trainer does each step."""

    def __init__(self, order):
        from sparsify import SparseCoder, SparseCoderConfig

        self.coder = SparseCoder(order["d"], SparseCoderConfig(num_latents=order["f"], k=order["k"]), device="cpu")
        w = directions(order)
        self.coder.encoder.weight.data = w.clone()
        self.coder.W_dec.data = w.clone()
        self.optimizer = torch.optim.Adam(self.coder.parameters(), lr=order["rate"])

    def update(self, x):
        self.coder.set_decoder_norm_to_unit_norm()
        out = self.coder(x, dead_mask=None)
        out.fvu.backward()
        self.coder.remove_gradient_parallel_to_decoder_directions()
        torch.nn.utils.clip_grad_norm_(self.coder.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()

    @torch.no_grad()
    def reconstruct(self, x):
        return self.coder(x, dead_mask=None).sae_out


PEERS = {"sae_lens": SaeLens, "dictionary_learning": DictionaryLearning, "sparsify": Sparsify}


def version(module):
    try:
        import importlib.metadata as metadata

        __import__(module)
        return metadata.version({"sparsify": "eai-sparsify"}.get(module, module.replace("_", "-")))
    except Exception as problem:  # a broken installation must not end the comparison
        return f"absent: {problem}"


def say(answer):
    print(json.dumps(answer), file=out, flush=True)


out = sys.stdout
sys.stdout = sys.stderr
say({"torch": torch.__version__, "peers": {name: version(name) for name in PEERS}})
state = None
for line in sys.stdin:
    order = json.loads(line)
    if order["reset"] or state is None:
        state = None
        state = PEERS[order["peer"]](order)
        rows = torch.from_numpy(np.fromfile(order["rows"], dtype="<f4").reshape(-1, order["batch"], order["d"]).copy())
        at = 0
    seconds = []
    fvu = 0.0
    for i in range(order["steps"]):
        x = rows[at % len(rows)]
        at += 1
        if i == order["steps"] - 1:
            fvu = float((x - state.reconstruct(x)).pow(2).sum() / (x - x.mean(0)).pow(2).sum())
        begin = time.perf_counter()
        state.update(x)
        seconds.append(time.perf_counter() - begin)
    say({"seconds": seconds, "fvu": fvu, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})
