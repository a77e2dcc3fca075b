"""A verified release, ready to evaluate."""

import threading
from dataclasses import dataclass

import numpy as np

from .rules import pool


@dataclass(frozen=True)
class Hit:
    """A feature that exceeded its threshold in a session on which its rule fired."""

    rule: str
    feature: str
    token: int
    value: float
    threshold: float


class Armed:
    """Evaluates sessions and counts them. Usable from any thread. ``manifest`` is what the release says."""

    def __init__(self, digest, manifest, rules, tensors):
        tensors.replay_golden()
        self.digest, self.manifest = digest, manifest
        self._rules, self._tensors = rules, tensors
        self._rows = {feature["uid"]: row for row, feature in enumerate(manifest["features"])}
        self._lock = threading.Lock()
        self._sessions, self._fires, self._by_rule, self._by_feature = 0, 0, {}, {}

    def evaluate(self, activations, first_output=None):
        """Evaluates one session of ``[tokens, d]`` at the release's hook point and counts it.

        ``first_output`` is the index of the first token that the model wrote; None when it wrote none. Raises
        ValueError when the shape is another or a value is not finite; nothing is counted then.
        """
        return self.conclude(self.read(activations), first_output)

    def read(self, activations):
        """Pre-activations ``[tokens, n]`` of a part of a session; nothing is counted."""
        rows = np.asarray(activations, dtype=np.float32)
        width = self._tensors.encoder.shape[1]
        if rows.ndim != 2 or rows.shape[1] != width:
            raise ValueError(f"activations: given {rows.shape}, expected [tokens, {width}]")
        with np.errstate(all="ignore"):
            values = self._tensors.read(rows)
        if not np.isfinite(values).all():
            raise ValueError("activations: expected finite values")
        return values

    def conclude(self, values, first_output=None):
        """What fired on a whole session, given what ``read`` made of it."""
        first = len(values) if first_output is None else first_output
        if not 0 <= first <= len(values):
            raise ValueError(f"first_output: given {first_output}, expected 0 to {len(values)}")
        pooled = {}

        def exceeds(uid, pooling):
            row = self._rows[uid]
            if (uid, pooling) not in pooled:
                pooled[uid, pooling] = pool(values[:, row], pooling, first)
            return bool(pooled[uid, pooling][0] > self._tensors.threshold[row])

        hits, fired = [], []
        for rule in self._rules:
            if rule.holds(exceeds):
                fired.append(rule.id)
                for uid, pooling in dict.fromkeys(rule.leaves):
                    if exceeds(uid, pooling):
                        value, token = pooled[uid, pooling]
                        threshold = float(self._tensors.threshold[self._rows[uid]])
                        hits.append(Hit(rule.id, uid, token, float(value), threshold))
        with self._lock:
            self._sessions += 1
            self._fires += bool(fired)
            for rule in fired:
                self._by_rule[rule] = self._by_rule.get(rule, 0) + 1
            for uid in {hit.feature for hit in hits}:
                self._by_feature[uid] = self._by_feature.get(uid, 0) + 1
        return hits

    def drain(self, name):
        """What was counted since the last call, which starts a new count."""
        with self._lock:
            report = {
                "monitor": name,
                "release": self.digest,
                "sessions": self._sessions,
                "fires": self._fires,
                "firesByRule": self._by_rule,
                "firesByFeature": self._by_feature,
            }
            self._sessions, self._fires, self._by_rule, self._by_feature = 0, 0, {}, {}
        return report
