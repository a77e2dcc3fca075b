"""Training steps of published TopK trainers on the CPU, one JSON order a line: Order.Steps and Order of this package.

Answer: {"seconds": [one a step], "selecting": [], "fvu": of the held-out rows, "peak": bytes resident at most}
"""

import importlib.metadata as metadata
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


def floats(file, *shape):
    return torch.from_numpy(np.fromfile(file, dtype="<f4").reshape(*shape).copy())


def directions(order):
    return floats(order["directions"], order["f"], order["d"])


def dead_features(order):
    """The features that AuxK is told are dead, whether they fire or not, so that it does the same work every step."""
    return torch.arange(order["f"]) < order["dead"] if order["dead"] > 0 else None


def risen(order, step):
    return min(1.0, step / order["warmup"]) if order["warmup"] > 0 else 1.0


class SaeLens:
    """SAELens' TopKTrainingSAE with the body of SAETrainer's step."""

    def __init__(self, order):
        from sae_lens.saes.sae import TrainStepInput
        from sae_lens.saes.topk_sae import TopKTrainingSAE, TopKTrainingSAEConfig

        self.input = TrainStepInput
        self.sae = TopKTrainingSAE(
            TopKTrainingSAEConfig(d_in=order["d"], d_sae=order["f"], k=order["k"], device="cpu")
        )
        w = directions(order)
        self.sae.W_dec.data = w.clone()
        self.sae.W_enc.data = w.T.contiguous()
        self.optimizer = torch.optim.Adam(self.sae.parameters(), lr=order["rate"])
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: risen(order, step))
        self.clip = order["clip"]
        self.dead = dead_features(order)
        self.fired = torch.zeros(order["f"])
        self.step = 0

    def update(self, x):
        out = self.sae.training_forward_pass(
            step_input=self.input(
                sae_in=x, dead_neuron_mask=self.dead, coefficients={}, n_training_steps=self.step, is_logging_step=False
            )
        )
        with torch.no_grad():
            firing = out.feature_acts.bool().float()
            did = firing.sum(-2).bool()
            did = did.to_dense() if did.is_sparse else did
            self.fired += 1
            self.fired[did] = 0
        out.loss.backward()
        torch.nn.utils.clip_grad_norm_(self.sae.parameters(), self.clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.schedule.step()
        self.step += 1

    @torch.no_grad()
    def reconstruct(self, x):
        return self.sae.decode(self.sae.encode(x))

    def decoder(self):
        return self.sae.W_dec


class DictionaryLearning:
    """dictionary_learning's TopKTrainer as it is; from given directions and the origin, or from its own start."""

    def __init__(self, order):
        from dictionary_learning.trainers.top_k import TopKTrainer

        trainer = TopKTrainer(
            steps=order["total"],
            activation_dim=order["d"],
            dict_size=order["f"],
            k=order["k"],
            layer=0,
            lm_name="none",
            lr=order["rate"] or None,
            warmup_steps=order["warmup"],
            decay_start=order["decay"] or None,
            device="cpu",
            seed=order["seed"],
        )
        self.trainer = trainer
        self.step = 0
        if "directions" in order:
            w = directions(order)
            trainer.ae.decoder.weight.data = w.T.contiguous()
            trainer.ae.encoder.weight.data = w.clone()
            self.step = 1
        if order["dead"] > 0:
            auxiliary_loss = trainer.get_auxiliary_loss

            def of_the_dead(*arguments):
                trainer.num_tokens_since_fired[: order["dead"]] = trainer.dead_feature_threshold
                return auxiliary_loss(*arguments)

            trainer.get_auxiliary_loss = of_the_dead

    def update(self, x):
        self.trainer.update(self.step, x)
        self.step += 1

    @torch.no_grad()
    def reconstruct(self, x):
        return self.trainer.ae(x)

    def decoder(self):
        return self.trainer.ae.decoder.weight.T


class Sparsify:
    """EleutherAI sparsify's SparseCoder with Adam, projection and unit norm, as its trainer does each step."""

    def __init__(self, order):
        from sparsify import SparseCoder, SparseCoderConfig

        self.coder = SparseCoder(order["d"], SparseCoderConfig(num_latents=order["f"], k=order["k"]), device="cpu")
        w = directions(order)
        self.coder.encoder.weight.data = w.clone()
        self.coder.W_dec.data = w.clone()
        self.optimizer = torch.optim.Adam(self.coder.parameters(), lr=order["rate"])
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda step: risen(order, step))
        self.dead = dead_features(order)

    def update(self, x):
        self.coder.set_decoder_norm_to_unit_norm()
        out = self.coder(x, dead_mask=self.dead)
        loss = out.fvu if self.dead is None else out.fvu + out.auxk_loss / 32
        loss.backward()
        self.coder.remove_gradient_parallel_to_decoder_directions()
        torch.nn.utils.clip_grad_norm_(self.coder.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.schedule.step()

    @torch.no_grad()
    def reconstruct(self, x):
        self.coder.set_decoder_norm_to_unit_norm()
        return self.coder(x).sae_out

    def decoder(self):
        self.coder.set_decoder_norm_to_unit_norm()
        return self.coder.W_dec


PEERS = {"sae_lens": SaeLens, "dictionary_learning": DictionaryLearning, "sparsify": Sparsify}


def version(module):
    try:
        return metadata.version({"sparsify": "eai-sparsify"}.get(module, module.replace("_", "-")))
    except metadata.PackageNotFoundError as problem:
        return f"absent: {problem}"


def say(answer):
    print(json.dumps(answer), file=out, flush=True)


out = sys.stdout
sys.stdout = sys.stderr
say({"torch": torch.__version__, "peers": {name: version(name) for name in PEERS}})
trainer = None
for line in sys.stdin:
    asked = json.loads(line)
    if "begin" in asked:
        order = asked["begin"]
        trainer = None
        trainer = PEERS[order["trainer"]](order)
        rows = floats(order["rows"], -1, order["batch"], order["d"])
        at = 0
    seconds = []
    for _ in range(asked["steps"]):
        x = rows[at % len(rows)]
        at += 1
        begin = time.perf_counter()
        trainer.update(x)
        seconds.append(time.perf_counter() - begin)
    fvu = 0.0
    if asked["measure"]:
        x = floats(order["held"], order["batch"], order["d"])
        fvu = float((x - trainer.reconstruct(x)).pow(2).sum() / (x - x.mean(0)).pow(2).sum())
    if "write" in asked:
        trainer.decoder().detach().contiguous().numpy().astype("<f4").tofile(asked["write"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    say({"seconds": seconds, "selecting": [], "fvu": fvu, "peak": peak})
