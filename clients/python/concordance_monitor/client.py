"""Follows one channel of a registry."""

import http.client
import json
import os
import threading
import time as clocks
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

from . import release
from .armed import Armed
from .incident import Incidents, snapshot
from .trust import Envelope, TrustDocument, require, time

MAX_DOCUMENT = 16 << 20
MAX_TENSORS = 1 << 30
MOST_STEPS = 64
POINTER, MANIFEST, TENSORS = "channel.dsse.json", "manifest.dsse.json", "tensors.safetensors"


@dataclass(frozen=True)
class Options:
    """How a monitor is set up.

    ``trust`` comes with the deployment, never unchecked from the registry. ``state`` is a folder for one monitor, kept
    between starts. ``model`` is the digest of the model's ONNX file, to refuse a release for another one. With
    ``fail_closed``, ``for_session`` refuses a session that no release in force would watch.
    """

    name: str
    registry: str
    channel: str
    trust: TrustDocument
    state: str
    model: Optional[str] = None
    clock: Callable[[], float] = clocks.time
    timeout: float = 10.0
    fail_closed: bool = False


def fetch_trust(registry, expected, timeout=10.0):
    """The registry's trust document with this digest, which the caller got by another way."""
    connection = _Connection(registry, timeout)
    newest = TrustDocument(connection.get("v1/trust", MAX_DOCUMENT))
    found = newest
    for version in range(newest.version - 1, max(0, newest.version - 1 - MOST_STEPS), -1):
        if found.digest() == expected:
            break
        found = TrustDocument.self_signed(Envelope(connection.get(f"v1/trust/{version}", MAX_DOCUMENT)))
    require(found.digest() == expected, "DIGEST", f"no trust document has the digest {expected}")
    return found


class MonitorClient:
    """Call ``refresh`` every half minute or so and ``report`` now and then; evaluate with ``armed``, which changes in
    one step when a newer release was verified and is None before the first. Whatever fails leaves it as it was.
    """

    def __init__(self, options):
        self.options = options
        self.armed = None
        self._connection = _Connection(options.registry, options.timeout)
        self._state = _State(options.state)
        self._incidents = Incidents(self._state)
        self._trust_file = f"trust-{options.trust.digest()[7:23]}.json"
        remembered = self._state.read(self._trust_file)
        self._trust = TrustDocument(remembered) if remembered else options.trust
        self._pointer, self._etag, self._verified_under = None, None, 0
        self._counted = []
        self._lock = threading.Lock()

    def stale(self):
        """Whether the last good channel pointer, the armed release or the trust document has expired."""
        if self._pointer is None or self.armed is None:
            return True
        expiries = self._pointer["expires"], time(self.armed.manifest["expiresAt"]), self._trust.expires
        return self.options.clock() >= min(expiries)

    def for_session(self):
        """What to evaluate a session with that is about to be served; to be asked for every session.

        A client that fails open gives what is armed, though it be stale, and None before the first release. One that
        fails closed raises Refusal, UNARMED or EXPIRED, for both.
        """
        if self.options.fail_closed:
            require(self.armed is not None, "UNARMED", "no release is armed")
            require(not self.stale(), "EXPIRED", "the armed release is no longer in force for certain")
        return self.armed

    def refresh(self):
        """Asks the channel once: "armed", "unchanged", or "restored" from disk because the registry is away.

        Raises Refusal for what must not be used, OSError when the registry is away and there is nothing to restore.
        """
        with self._lock:
            try:
                body, etag = self._connection.changed("v1/channels/" + self.options.channel, self._etag)
                if body is None:
                    if self.stale():
                        self._advance()
                    require(not self.stale(), "EXPIRED", "the registry renews channel pointer or release no longer")
                    return "unchanged"
                result = self._follow(body)
                self._etag = etag
                return result
            except OSError:
                if self.armed is None and self._restore():
                    return "restored"
                raise

    def report(self):
        """Queues what was seen since the last call and sends what is queued; returns how many reports still wait."""
        with self._lock:
            waiting = json.loads(self._state.read("sightings.json") or b"[]")
            for armed in self._counted:
                seen = armed.drain(self.options.name)
                if seen["sessions"]:
                    waiting.append({"key": str(uuid.uuid4()), "report": seen})
            self._store("sightings.json", waiting)
            while waiting:
                try:
                    status = self._connection.post("v1/sightings", waiting[0]["key"], waiting[0]["report"])
                except OSError:
                    break
                if 400 <= status < 500 and status not in (408, 409, 429):
                    refused = json.loads(self._state.read("sightings-refused.json") or b"[]")
                    self._store("sightings-refused.json", refused + waiting[:1])
                elif not 200 <= status < 300:
                    break
                waiting = waiting[1:]
                self._store("sightings.json", waiting)
            self._incidents.send(self._connection)
            return len(waiting)

    def incident(self, armed, hits, tokens, activations, **about):
        """Keeps a session on which rules fired, on disk first, and sends it, now or with a later ``report``.

        ``hits`` are what ``armed`` said of it; ``about`` is ``first_output``, ``session``, ``transcript`` and ``verbatim`` as
        ``incident.snapshot`` takes them. Returns whether it is kept: at most 64 wait.
        """
        with self._lock:
            kept = self._incidents.add(snapshot(armed, hits, self.options.name, tokens, activations, **about))
            self._incidents.send(self._connection)
            return kept

    def _store(self, name, entries):
        self._state.write(name, json.dumps(entries).encode())

    def _advance(self):
        for _ in range(MOST_STEPS):
            data = self._connection.find(f"v1/trust/{self._trust.version + 1}", MAX_DOCUMENT)
            if data is None:
                return
            following = self._trust.next(Envelope(data))
            self._state.write(self._trust_file, following.data)
            self._trust = following

    def _follow(self, envelope):
        self._advance()
        pointer = self._check(envelope)
        folder = f"v1/bundles/{pointer['digest']}/"
        if self.armed is not None and self.armed.digest == pointer["digest"]:
            self._check_version(self.armed.manifest, pointer)
            if self._verified_under != self._trust.version:
                again = self._connection.get(folder + MANIFEST, MAX_DOCUMENT)
                release.manifest(again, pointer["digest"], self._trust, self.options.clock())
                self._verified_under = self._trust.version
            self._remember(envelope, pointer)
            return "unchanged"
        manifest = self._connection.get(folder + MANIFEST, MAX_DOCUMENT)
        tensors = self._connection.get(folder + TENSORS, MAX_TENSORS)
        armed = self._verify(pointer, manifest, tensors)
        self._state.write(MANIFEST, manifest)
        self._state.write(TENSORS, tensors)
        self._remember(envelope, pointer)
        self._arm(armed)
        return "armed"

    def _restore(self):
        envelope, manifest, tensors = (self._state.read(name) for name in (POINTER, MANIFEST, TENSORS))
        if envelope is None or manifest is None or tensors is None:
            return False
        pointer = self._check(envelope)
        armed = self._verify(pointer, manifest, tensors)
        self._pointer = pointer
        self._arm(armed)
        return True

    def _check(self, envelope):
        pointer = release.pointer(envelope, self._trust, self.options.channel, self.options.clock())
        self._state.check_not_older(pointer)
        return pointer

    def _verify(self, pointer, manifest, tensors):
        value, rules, read = release.bundle(manifest, tensors, pointer["digest"], self._trust, self.options.clock())
        self._check_version(value, pointer)
        model, here = value["model"]["onnxDigest"], self.options.model
        require(here is None or here == model, "MODEL", f"release for model {model}, here runs {here}")
        return Armed(pointer["digest"], value, rules, read)

    @staticmethod
    def _check_version(manifest, pointer):
        same = manifest["version"] == pointer["version"]
        require(same, "FORMAT", f"manifest of version {manifest['version']}, channel points to {pointer['version']}")

    def _remember(self, envelope, pointer):
        self._state.write(POINTER, envelope)
        self._state.remember(pointer)
        self._pointer = pointer

    def _arm(self, armed):
        self._counted.append(armed)
        self._verified_under = self._trust.version
        self.armed = armed


class _State:
    """What a monitor remembers between starts. Every file is replaced in one step, after its bytes are on disk."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)

    def read(self, name):
        file = self._folder / name
        return file.read_bytes() if file.exists() else None

    def write(self, name, data):
        part = self._folder / (name + ".part")
        with open(part, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.replace(part, self._folder / name)

    def names(self, prefix):
        return sorted(f.name for f in self._folder.glob(prefix + "*") if not f.name.endswith(".part"))

    def delete(self, name):
        (self._folder / name).unlink(missing_ok=True)

    def remember(self, pointer):
        fields = ("channel", "version", "digest", "issuedAt")
        self.write("highest.json", json.dumps({field: pointer[field] for field in fields}).encode())

    def check_not_older(self, pointer):
        data = self.read("highest.json")
        if data is None:
            return
        try:
            highest = json.loads(data)
            channel, version, known = highest["channel"], highest["version"], highest["digest"]
            issued = time(highest["issuedAt"])
        except (ValueError, KeyError, TypeError) as e:
            require(False, "FORMAT", f"highest.json is damaged: {e!r}")
        require(channel == pointer["channel"], "CHANNEL", f"{self._folder} belongs to a monitor of channel {channel!r}")
        older = pointer["version"] < version or (pointer["version"] == version and pointer["digest"] != known)
        require(not older, "ROLLBACK", f"version {pointer['version']} ({pointer['digest']}) after {version} ({known})")
        require(pointer["issued"] >= issued, "REPLAY", f"pointer of {pointer['issuedAt']} after a later one")


def authorization():
    """The header with the token or API key of CONCORDANCE_TOKEN, or of the file that CONCORDANCE_TOKEN_FILE names."""
    token, file = os.environ.get("CONCORDANCE_TOKEN", ""), os.environ.get("CONCORDANCE_TOKEN_FILE", "")
    if not token.strip() and file.strip():
        token = Path(file).read_text(encoding="ascii")
    token = token.strip()
    if not token:
        return {}
    if not all("!" <= c <= "~" for c in token):
        raise ValueError("CONCORDANCE_TOKEN: expected one token of visible characters")
    return {"Authorization": "Bearer " + token}


class _Connection:
    """The few requests a monitor makes. Bodies are bounded; nothing here is believed yet."""

    def __init__(self, registry, timeout):
        if not registry.startswith(("http://", "https://")):
            raise ValueError(f"registry: given {registry!r}, expected an http or https address")
        self._base, self._timeout = registry.rstrip("/") + "/", timeout

    def changed(self, path, etag):
        headers = {} if etag is None else {"If-None-Match": etag}
        status, body, found = self._send(path, MAX_DOCUMENT, headers)
        if status == 304:
            return None, etag
        return self._ok(path, status, body), found

    def find(self, path, most):
        status, body, _ = self._send(path, most)
        return None if status == 404 else self._ok(path, status, body)

    def get(self, path, most):
        status, body, _ = self._send(path, most)
        return self._ok(path, status, body)

    def post(self, path, key, value):
        return self.post_bytes(path, key, json.dumps(value).encode(), "application/json")

    def post_bytes(self, path, key, data, kind="application/octet-stream"):
        headers = {"Content-Type": kind, "Idempotency-Key": key}
        return self._send(path, 1 << 20, headers, data)[0]

    @staticmethod
    def _ok(path, status, body):
        if status != 200:
            raise OSError(f"{path} answered {status}")
        return body

    def _send(self, path, most, headers=None, data=None):
        headers = {**(headers or {}), **authorization()}
        request = urllib.request.Request(self._base + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                body = answer.read(most + 1)
                if len(body) > most:
                    raise OSError(f"{path} is larger than {most} bytes")
                return answer.status, body, answer.headers.get("ETag")
        except urllib.error.HTTPError as e:
            e.close()
            return e.code, b"", None
        except http.client.HTTPException as e:
            raise OSError(f"{path}: {e!r}") from e
