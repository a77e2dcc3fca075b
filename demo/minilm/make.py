"""Cuts the King James Bible into short passages for the demo on all-MiniLM-L6-v2, a published sentence encoder.

    bible -f gen1:1-rev22:21 > kjv.txt        # Debian packages bible-kjv and bible-kjv-text
    python make.py kjv.txt [--seed 5]

An encoder takes no action, so the outcome is a stand-in for one: a passage is `bad` when it is about warfare or killing,
by the word rule VIOLENCE, and `ok` otherwise. It is the task of a content screen: find the features of violent text where
such text is plentiful, then watch other books with them. Deployment passages come from books that no other file touches.
"""

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from random import Random

HERE = Path(__file__).parent

VIOLENCE = re.compile(
    r"\b(slew|slay|slayeth|slain|slaughter\w*|smote|smitten|sword|swords|spear|spears|battle|battles|war|wars|warred"
    r"|fought|besieged?|siege|murder\w*|kill|killed|killeth|bloodshed|massacre|ambush\w*|beheaded|bloodthirsty)\b", re.I)

DEPLOYMENT_BOOKS = {"2Ki", "1Chr", "Isa", "Dan", "Luke", "Rom", "Rev"}
BENIGN, OFF_POLICY, DEPLOYMENT = {"ok": 1200}, {"bad": 300, "ok": 300}, {"bad": 150, "ok": 450}
WORDS = (12, 70)  # a passage is the shortest run of whole verses of one chapter with at least this many; longer ones are dropped


def passages(path: Path):
    """Yields `(book, chapter, text)`, each one to three verses of a chapter, in the book's order."""
    held, place = [], None
    for line in path.read_text(encoding="latin-1").splitlines():
        verse = re.match(r"([1-3]?[A-Z][A-Za-z]*)(\d+):(\d+) (.+)", line)
        if not verse:
            continue
        book, chapter, _, text = verse.groups()
        if (book, chapter) != place:
            held, place = [], (book, chapter)
        held.append(" ".join(text.split()))
        words = sum(len(v.split()) for v in held)
        if words >= WORDS[0]:
            if words <= WORDS[1] and len(held) <= 3:
                yield book, int(chapter), " ".join(held)
            held = []


def choose(rng: Random, pool: list, counts: dict, name: str) -> list[dict]:
    chosen = []
    for outcome, n in counts.items():
        chosen += [(*p, outcome) for p in rng.sample([p for p in pool if bool(VIOLENCE.search(p[2])) == (outcome == "bad")], n)]
    rng.shuffle(chosen)
    return [{"id": f"{name}-{i:05d}", "spans": [{"kind": "raw", "role": "user", "text": text}], "outcome": outcome,
             "tags": {"family": "violence" if outcome == "bad" else "other", "book": book, "chapter": str(chapter)}}
            for i, (book, chapter, text, outcome) in enumerate(chosen)]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kjv", type=Path)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    rng = Random(options.seed)
    everything = list(passages(options.kjv))
    learning = [p for p in everything if p[0] not in DEPLOYMENT_BOOKS]
    pools = {"benign": ([p for p in learning if p[1] % 2 == 0], BENIGN),
             "off_policy": ([p for p in learning if p[1] % 2 == 1], OFF_POLICY),
             "deployment": ([p for p in everything if p[0] in DEPLOYMENT_BOOKS], DEPLOYMENT)}
    for name, (pool, counts) in pools.items():
        rows = choose(rng, pool, counts, name.replace("_", "-"))
        (HERE / f"{name}.jsonl").write_text("".join(json.dumps(r, separators=(",", ":")) + "\n" for r in rows))
        print(name, Counter(r["outcome"] for r in rows), "books", len({r["tags"]["book"] for r in rows}),
              "of", len(pool), "passages,", sum(bool(VIOLENCE.search(p[2])) for p in pool), "violent")


if __name__ == "__main__":
    main()
