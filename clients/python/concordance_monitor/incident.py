"""Sessions on which a rule fired, as the registry takes them."""

import hashlib
import json

import numpy as np
from safetensors.numpy import save

FORMAT = "concordance-incident/1"
MOST = 64
WAITING, REFUSED = "incident-", "refused-"


def snapshot(armed, hits, monitor, tokens, activations, first_output=None, session=None, transcript=None, verbatim=False):
    """The file of one session: token ids ``[tokens]``, single-precision activations ``[tokens, d]`` as they were evaluated.

    ``transcript`` is one transcript as a line of a transcript file holds it, a dict; without it the session can be neither
    replayed nor learnt from. Raises ValueError when the parts do not fit together.
    """
    ids = np.asarray(tokens, dtype=np.int32)
    rows = np.ascontiguousarray(activations, dtype=np.float32)
    width = armed.manifest["width"]
    if ids.ndim != 1 or not len(ids) or rows.shape != (len(ids), width):
        raise ValueError(f"activations: given {rows.shape} for {ids.shape} tokens, expected [tokens, {width}]")
    if not np.isfinite(rows).all():
        raise ValueError("activations: expected finite values")
    if not hits:
        raise ValueError("hits: expected what evaluate returned, at least one")
    details = {
        "monitor": monitor,
        "release": armed.digest,
        "model": armed.manifest["model"]["onnxDigest"],
        "tokenizer": armed.manifest["model"]["tokenizerDigest"],
        "rules": list(dict.fromkeys(hit.rule for hit in hits)),
        "firstOutput": len(ids) if first_output is None else int(first_output),
    }
    for name, value in (("session", session), ("rendering", "verbatim" if verbatim else None), ("transcript", transcript)):
        if value is not None:
            details[name] = value
    return save({"activation": rows, "token": ids}, {"format": FORMAT, "incident": json.dumps(details)})


class Incidents:
    """Snapshots on their way, on disk until the registry took them. Each is one incident however often it is sent."""

    def __init__(self, state):
        self._state = state

    def add(self, data):
        """Whether it is on disk now; not when too many wait already."""
        if len(self._state.names(WAITING)) >= MOST:
            return False
        self._state.write(WAITING + hashlib.sha256(data).hexdigest(), data)
        return True

    def send(self, connection):
        """Sends what waits, until the registry cannot be reached or asks to wait."""
        for name in self._state.names(WAITING):
            data = self._state.read(name)
            try:
                status = connection.post_bytes("v1/incidents", name, data)
            except OSError:
                return
            if 400 <= status < 500 and status not in (408, 409, 429):
                self._state.write(REFUSED + name, data)
            elif not 200 <= status < 300:
                return
            self._state.delete(name)
