"""Signed documents and whose signatures are believed: DSSE envelopes and TUF-like roles."""

import base64
import binascii
import hashlib
import re
from datetime import datetime, timezone

from . import canonical, ed25519

TYPE = "application/vnd.concordance.trust+json"
ROLES = ("root", "targets", "targets-high", "timestamp")
MOST_SIGNATURES = 64
MOST_KEYS = 64


class Refusal(Exception):
    """Something that must not be used. ``reason`` is one of the names that the Java library has."""

    def __init__(self, reason, message):
        super().__init__(f"{reason}: {message}")
        self.reason = reason


def require(holds, reason, message):
    if not holds:
        raise Refusal(reason, message)


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_digest(text):
    return isinstance(text, str) and re.fullmatch(r"sha256:[0-9a-f]{64}", text) is not None


def time(text):
    """A time as ISO-8601 in UTC."""
    if not isinstance(text, str) or re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text) is None:
        raise Refusal("FORMAT", f"{text!r} is no time")
    try:
        seconds = datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        raise Refusal("FORMAT", f"{text!r} is no time") from None
    return seconds + (float("0" + text[19:-1]) if len(text) > 20 else 0.0)


def document(payload, name, fields, optional=()):
    """An object with these fields and no others, in its canonical form."""
    try:
        value = canonical.loads(payload)
        require(canonical.dumps(value) == payload, "FORMAT", name + " is not in canonical form")
    except (ValueError, RecursionError) as e:
        raise Refusal("FORMAT", f"not a {name}: {e}") from None
    require(isinstance(value, dict), "FORMAT", name + " is no object")
    given = set(value)
    require(
        set(fields) <= given <= set(fields) | set(optional), "FORMAT", f"{name} with {sorted(given)}, expected {fields}"
    )
    return value


class Envelope:
    """A DSSE envelope: a payload, its type and signatures over both."""

    def __init__(self, data):
        fields = ("payload", "payloadType", "signatures")
        value = document(data, "Envelope", fields)
        self.type, self.payload, signatures = value["payloadType"], _decode(value["payload"]), value["signatures"]
        require(isinstance(self.type, str) and isinstance(signatures, list), "FORMAT", "envelope of other types")
        require(len(signatures) <= MOST_SIGNATURES, "FORMAT", f"more than {MOST_SIGNATURES} signatures")
        self.signatures = []
        for signature in signatures:
            good = isinstance(signature, dict) and set(signature) == {"keyid", "sig"}
            require(good and isinstance(signature["keyid"], str), "FORMAT", "a signature of another form")
            self.signatures.append((signature["keyid"], _decode(signature["sig"])))

    def body(self, payload_type):
        require(self.type == payload_type, "FORMAT", f"payload type: given {self.type!r}, expected {payload_type}")
        return self.payload

    def verify(self, payload_type, trust, role, strangers=False):
        """The payload, once enough different keys of the role signed it; a bad signature is never passed over."""
        body = self.body(payload_type)
        kind = payload_type.encode()
        message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)
        good = set()
        for keyid, signature in self.signatures:
            key = trust.keys.get(keyid)
            if key is None:
                require(strangers, "SIGNATURE", f"signed by {keyid!r}, which is unknown")
            else:
                require(ed25519.verify(key, message, signature), "SIGNATURE", f"the signature by {keyid} is bad")
                good.add(keyid)
        threshold, members = trust.roles[role]
        count = len(good & members)
        require(count >= threshold, "SIGNATURE", f"{count} good signatures by role {role}, {threshold} needed")
        return body


class TrustDocument:
    """Which keys may sign what. ``data`` is its canonical JSON."""

    def __init__(self, data):
        value = document(data, "TrustDocument", ("expiresAt", "format", "keys", "roles", "version"))
        require(value["format"] == "concordance-trust/1", "FORMAT", f"format {value['format']!r}")
        self.data = data
        self.version = value["version"]
        self.expires = time(value["expiresAt"])
        require(isinstance(self.version, int) and self.version >= 1, "FORMAT", "version is at least 1")
        try:
            self.keys = {key["keyId"]: _key(key) for key in value["keys"]}
            self.roles = {
                name: (role["threshold"], frozenset(role["keyIds"])) for name, role in value["roles"].items()
            }
        except (KeyError, TypeError, AttributeError) as e:
            raise Refusal("FORMAT", f"not a TrustDocument: {e!r}") from None
        require(len(self.keys) == len(value["keys"]) <= MOST_KEYS, "FORMAT", "keys that come twice, or too many")
        require(set(self.roles) == set(ROLES), "FORMAT", f"roles are {', '.join(ROLES)}")
        online = self.roles["timestamp"][1]
        for name, (threshold, members) in self.roles.items():
            good = isinstance(threshold, int) and 1 <= threshold <= len(members) and members <= set(self.keys)
            require(good, "FORMAT", f"role {name} cannot be fulfilled")
            require(name == "timestamp" or not members & online, "FORMAT", f"role {name} has a timestamp key")
        require(self.roles["targets-high"][0] >= 2, "FORMAT", "role targets-high needs two signatures at least")

    def digest(self):
        return digest(self.data)

    @staticmethod
    def self_signed(envelope):
        found = TrustDocument(envelope.body(TYPE))
        envelope.verify(TYPE, found, "root", strangers=True)
        return found

    def next(self, envelope):
        """The document that replaces this one: signed by the root role of both, its version one more."""
        envelope.verify(TYPE, self, "root", strangers=True)
        found = TrustDocument.self_signed(envelope)
        known = set(self.keys) | set(found.keys)
        require({keyid for keyid, _ in envelope.signatures} <= known, "SIGNATURE", "signed by an unknown key")
        require(found.version == self.version + 1, "ROLLBACK", f"version {found.version} after {self.version}")
        return found

    def require_current(self, now):
        require(now < self.expires, "EXPIRED", "the trust document has expired")


def _key(key):
    raw = _decode(key["publicKey"])
    require(set(key) == {"keyId", "publicKey", "scheme"} and key["scheme"] == "ed25519", "FORMAT", "another key")
    require(len(raw) == 32 and hashlib.sha256(raw).hexdigest() == key["keyId"], "FORMAT", "a key under another id")
    return raw


def _decode(text):
    """Strict base64: the one encoding of the bytes."""
    try:
        data = base64.b64decode(text, validate=True)
        if base64.b64encode(data).decode() == text:
            return data
    except (binascii.Error, ValueError, TypeError):
        pass
    raise Refusal("FORMAT", "not base64")
