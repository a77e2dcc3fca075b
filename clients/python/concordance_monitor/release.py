"""Channel pointers and releases, every byte accounted for."""

import json

import numpy as np
from safetensors.numpy import load

from .rules import Rule
from .trust import Envelope, digest, document, is_digest, require, time

POINTER_TYPE = "application/vnd.concordance.channel+json"
MANIFEST_TYPE = "application/vnd.concordance.release+json"
LONGEST_POINTER = 24 * 3600
MOST_AHEAD = 5 * 60
GOLDEN_TOLERANCE = 1e-4


def pointer(envelope, trust, channel, now):
    """The pointer in signed bytes; ``now`` in seconds since 1970."""
    trust.require_current(now)
    payload = Envelope(envelope).verify(POINTER_TYPE, trust, "timestamp")
    fields = ("channel", "digest", "expiresAt", "format", "issuedAt", "version")
    value = document(payload, "ChannelPointer", fields)
    require(value["format"] == "concordance-channel/1", "FORMAT", f"format {value['format']!r}")
    require(isinstance(value["version"], int) and is_digest(value["digest"]), "FORMAT", "pointer of another form")
    issued, expires = time(value["issuedAt"]), time(value["expiresAt"])
    require(issued < expires <= issued + LONGEST_POINTER, "FORMAT", "a pointer holds for 24 hours at most")
    require(value["channel"] == channel, "CHANNEL", f"pointer of channel {value['channel']!r}, expected {channel}")
    require(issued <= now + MOST_AHEAD, "CLOCK", f"pointer issued at {value['issuedAt']}, later than the clock here")
    require(now < expires, "EXPIRED", f"channel pointer expired at {value['expiresAt']}")
    return {**value, "issued": issued, "expires": expires}


def manifest(envelope, expected, trust, now):
    """The manifest in signed bytes, checked but for its tensors."""
    trust.require_current(now)
    signed = Envelope(envelope)
    payload = signed.verify(MANIFEST_TYPE, trust, "targets")
    require(digest(payload) == expected, "DIGEST", f"manifest: given {digest(payload)}, expected {expected}")
    fields = (
        "createdAt,dictionary,dtype,expiresAt,features,format,hook,model,rules,tensors,usedInTraining,version,width"
    )
    value = document(payload, "ReleaseManifest", fields.split(","), optional=("supersedes",))
    require(value["format"] == "concordance-release/1", "FORMAT", f"format {value['format']!r}")
    require(value["usedInTraining"] is False, "FORMAT", "usedInTraining is not false")
    try:
        uids = [feature["uid"] for feature in value["features"]]
        levels = [item["level"] for item in value["features"] + value["rules"]]
        rules = [Rule(rule) for rule in value["rules"]]
        model = value["model"]["onnxDigest"]
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        require(False, "FORMAT", f"not a ReleaseManifest: {e!r}")
    require(uids and len(set(uids)) == len(uids), "FORMAT", "each feature once")
    require(rules and all(set(rule.features) <= set(uids) for rule in rules), "FORMAT", "rules of other features")
    require(set(levels) <= {"high", "medium", "low"}, "FORMAT", "levels are high, medium and low")
    require(is_digest(value["tensors"]) and isinstance(model, str), "FORMAT", "digests")
    if "high" in levels:
        signed.verify(MANIFEST_TYPE, trust, "targets-high")
    require(now < time(value["expiresAt"]), "EXPIRED", f"release expired at {value['expiresAt']}")
    return value, rules


class Tensors:
    """Just enough of a dictionary to read the released features: ``encoder [n, d]`` and what belongs to it."""

    NAMES = ("encoder", "encoder_bias", "decoder_bias", "threshold", "golden.input", "golden.expected")

    def __init__(self, data):
        try:
            length = int.from_bytes(data[:8], "little")
            form = json.loads(data[8 : 8 + length]).get("__metadata__", {}).get("format")
            found = load(data)
        except Exception as e:  # the reader has errors of its own kind
            require(False, "FORMAT", f"tensors: {e}")
        require(form == "concordance-release-tensors/1", "FORMAT", f"tensors of format {form!r}")
        require(set(found) == set(self.NAMES), "FORMAT", f"tensors {sorted(found)}")
        good = all(t.dtype == np.float32 and np.isfinite(t).all() for t in found.values())
        require(good, "FORMAT", "tensors are finite float32")
        self.encoder, self.encoder_bias, self.decoder_bias, self.threshold, inputs, expected = (
            found[name] for name in self.NAMES
        )
        require(self.encoder.ndim == 2 and inputs.ndim == 2, "FORMAT", "tensors of other shapes")
        (n, d), g = self.encoder.shape, len(inputs)
        shapes = [t.shape for t in (self.encoder_bias, self.decoder_bias, self.threshold, inputs, expected)]
        require(shapes == [(n,), (d,), (n,), (g, d), (g, n)] and g >= 1, "FORMAT", f"tensors of shapes {shapes}")
        require((self.threshold >= 0).all(), "FORMAT", "thresholds are at least 0")
        self.golden = inputs, expected
        self._transposed = np.ascontiguousarray(self.encoder.T)

    def read(self, rows):
        """Pre-activations ``[tokens, n]`` of activations ``[tokens, d]``, in float32."""
        return (rows - self.decoder_bias) @ self._transposed + self.encoder_bias

    def replay_golden(self):
        inputs, expected = self.golden
        actual = self.read(inputs)
        allowed = GOLDEN_TOLERANCE * np.abs(expected).max(axis=0)
        off = ~(np.abs(actual.astype(np.float64) - expected) <= allowed)
        if off.any():
            g, j = np.argwhere(off)[0]
            require(False, "GOLDEN", f"vector {g}, feature {j}: computed {actual[g, j]}, expected {expected[g, j]}")


def bundle(envelope, data, expected, trust, now):
    """A whole release: manifest, rules and tensors, golden vectors not replayed yet."""
    value, rules = manifest(envelope, expected, trust, now)
    require(digest(data) == value["tensors"], "DIGEST", f"tensors: given {digest(data)}, expected {value['tensors']}")
    tensors = Tensors(data)
    shape = (len(value["features"]), value["width"])
    require(tensors.encoder.shape == shape, "FORMAT", f"tensors of {tensors.encoder.shape}, manifest of {shape}")
    stated = [feature.get("threshold") for feature in value["features"]]
    same = all(float(t) == s for t, s in zip(tensors.threshold, stated))
    require(same, "FORMAT", "manifest and tensors state other thresholds")
    return value, rules, tensors
