"""What a registry does, for tests: signing (RFC 8032, section 5.1.6) and documents."""

import base64
import hashlib
from datetime import datetime, timezone

from concordance_monitor import canonical, ed25519
from concordance_monitor.release import MANIFEST_TYPE, POINTER_TYPE
from concordance_monitor.trust import TYPE


class Key:
    def __init__(self, secret):
        h = hashlib.sha512(secret).digest()
        self._scalar = int.from_bytes(h[:32], "little") & ((1 << 254) - 8) | (1 << 254)
        self._prefix = h[32:]
        self.public = ed25519.encode(ed25519.multiply(self._scalar, ed25519.BASE))
        self.id = hashlib.sha256(self.public).hexdigest()

    def sign(self, message):
        r = int.from_bytes(hashlib.sha512(self._prefix + message).digest(), "little") % ed25519.L
        point = ed25519.encode(ed25519.multiply(r, ed25519.BASE))
        k = ed25519.challenge(point, self.public, message)
        return point + ((r + k * self._scalar) % ed25519.L).to_bytes(32, "little")

    def info(self):
        return {"keyId": self.id, "scheme": "ed25519", "publicKey": base64.b64encode(self.public).decode()}


def envelope(payload_type, value, keys):
    body = canonical.dumps(value)
    kind = payload_type.encode()
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)
    signatures = [{"keyid": key.id, "sig": base64.b64encode(key.sign(message)).decode()} for key in keys]
    return canonical.dumps(
        {"payloadType": payload_type, "payload": base64.b64encode(body).decode(), "signatures": signatures}
    )


def text(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def trust(version, expires, root, reviewers, timestamp):
    ids = [key.id for key in reviewers]
    return {
        "format": "concordance-trust/1",
        "version": version,
        "expiresAt": text(expires),
        "keys": [key.info() for key in [root, *reviewers, timestamp]],
        "roles": {
            "root": {"threshold": 1, "keyIds": [root.id]},
            "targets": {"threshold": 1, "keyIds": ids},
            "targets-high": {"threshold": 2, "keyIds": ids},
            "timestamp": {"threshold": 1, "keyIds": [timestamp.id]},
        },
    }


def signed_trust(value, keys):
    return envelope(TYPE, value, keys)


def pointer(version, digest, issued, key, channel="stable", hours=24):
    value = {
        "format": "concordance-channel/1",
        "channel": channel,
        "version": version,
        "digest": digest,
        "issuedAt": text(issued),
        "expiresAt": text(issued + hours * 3600),
    }
    return envelope(POINTER_TYPE, value, [key])


def manifest(value, keys):
    return envelope(MANIFEST_TYPE, value, keys)
