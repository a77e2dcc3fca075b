"""The client against an HTTP server whose files a test can change."""

import hashlib
import http.server
import json
import os
import tempfile
import threading
import unittest
import unittest.mock
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

from concordance_monitor import Hit, MonitorClient, Options, Refusal, TrustDocument, canonical, fetch_trust
from concordance_monitor.trust import digest, time
from tests import signing

NOW = time("2026-01-02T03:04:05Z")
DAY = 24 * 3600
KEYS = [signing.Key(bytes([i]) * 32) for i in range(6)]
ROOT, ALICE, BOB, CLOCK, CYD, DAN = KEYS
SOME = digest(b"some")


class Registry:
    def __init__(self):
        self.files, self.posts, self.status, self.requests, self.shown = {}, [], 201, [], []
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                registry.requests.append(self.path[1:])
                registry.shown.append(self.headers.get("Authorization"))
                body = registry.files.get(self.path[1:])
                tag = None if body is None else '"' + hashlib.sha256(body).hexdigest() + '"'
                status = 404 if body is None else 304 if self.headers.get("If-None-Match") == tag else 200
                self.send_response(status)
                if tag:
                    self.send_header("ETag", tag)
                self.send_header("Content-Length", str(len(body)) if status == 200 else "0")
                self.end_headers()
                if status == 200:
                    self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                body = json.loads(body) if self.headers["Content-Type"] == "application/json" else body
                registry.posts.append((self.headers["Idempotency-Key"], body))
                self.send_response(registry.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def publish(self, version, level="high", keys=(ALICE, BOB), wrong=0.0):
        rng = np.random.default_rng(version)
        encoder, bias, center = (rng.standard_normal(s, np.float32) for s in ((2, 4), 2, 4))
        inputs = rng.standard_normal((3, 4), np.float32)
        tensors = {
            "encoder": encoder,
            "encoder_bias": bias,
            "decoder_bias": center,
            "threshold": np.float32([0.5, 1]),
            "golden.input": inputs,
            "golden.expected": (inputs - center) @ encoder.T + bias + np.float32(wrong),
        }
        data = save(tensors, {"format": "concordance-release-tensors/1"})
        value = {
            "format": "concordance-release/1",
            "version": version,
            "model": {"id": "id", "name": "organism", "onnxDigest": SOME, "tokenizerDigest": SOME},
            "hook": "blocks.2.hook_resid_post",
            "width": 4,
            "dtype": "fp32",
            "dictionary": SOME,
            "features": [
                {"uid": f"f_{j}", "index": j, "level": level, "grade": "E1", "rule": "r", "threshold": t, "evidence": []}
                for j, t in enumerate((0.5, 1))
            ],
            "rules": [
                {"id": "r", "level": level, "atLeast": 1, "features": ["f_0", "f_1"], "aggregation": "max",
                 "scope": "all-tokens"}
            ],
            "tensors": digest(data),
            "createdAt": signing.text(NOW),
            "expiresAt": signing.text(NOW + 30 * DAY),
            "usedInTraining": False,
        }
        name = digest(canonical.dumps(value))
        self.files[f"v1/bundles/{name}/manifest.dsse.json"] = signing.manifest(value, keys)
        self.files[f"v1/bundles/{name}/tensors.safetensors"] = data
        self.point(version, name)
        return name

    def point(self, version, name, issued=NOW, key=CLOCK):
        self.files["v1/channels/stable"] = signing.pointer(version, name, issued, key)


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.registry = Registry()
        self.addCleanup(self.registry.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.state = folder.name
        self.now = NOW
        self.trust = TrustDocument(canonical.dumps(signing.trust(1, NOW + 365 * DAY, ROOT, [ALICE, BOB], CLOCK)))

    def client(self, **changes):
        options = dict(
            name="test", registry=self.registry.address, channel="stable", trust=self.trust, state=self.state,
            clock=lambda: self.now, timeout=5.0,
        )
        return MonitorClient(Options(**{**options, **changes}))

    def refused(self, client, reason):
        with self.assertRaises(Refusal) as refused:
            client.refresh()
        self.assertEqual(refused.exception.reason, reason, refused.exception)

    def test_arms_swaps_and_asks_only_for_the_channel_while_nothing_changed(self):
        first = self.registry.publish(1)
        client = self.client()
        self.assertTrue(client.stale())
        self.assertEqual(client.refresh(), "armed")
        self.registry.requests.clear()
        self.assertEqual(client.refresh(), "unchanged")
        self.assertEqual(self.registry.requests, ["v1/channels/stable"])
        before = client.armed
        self.assertEqual(before.digest, first)
        second = self.registry.publish(2)
        self.assertEqual(client.refresh(), "armed")
        self.assertEqual(client.armed.digest, second)
        before.evaluate(np.zeros((3, 4)))
        self.assertEqual(client.report(), 0)
        self.assertEqual([post["release"] for _, post in self.registry.posts], [first])

    def test_never_arms_with_what_was_tampered_with(self):
        publish, point = self.registry.publish, self.registry.point
        cases = [
            ("expired", "EXPIRED", lambda: point(1, publish(1), NOW - DAY)),
            ("from the future", "CLOCK", lambda: point(1, publish(1), NOW + 301)),
            ("pointer by a reviewer", "SIGNATURE", lambda: point(1, publish(1), key=ALICE)),
            ("high by one", "SIGNATURE", lambda: publish(1, keys=[ALICE])),
            ("high by one twice", "SIGNATURE", lambda: publish(1, keys=[ALICE, ALICE])),
            ("by a stranger", "SIGNATURE", lambda: publish(1, keys=[ALICE, BOB, CYD])),
            ("by nobody", "SIGNATURE", lambda: publish(1, "low", [])),
            ("another version", "FORMAT", lambda: point(2, publish(1))),
            ("golden", "GOLDEN", lambda: publish(1, wrong=0.01)),
            ("level", "FORMAT", lambda: publish(1, "grave")),
        ]
        for name, reason, tamper in cases:
            with self.subTest(name):
                self.registry.files.clear()
                tamper()
                client = self.client()
                self.refused(client, reason)
                self.assertIsNone(client.armed)
        self.assertFalse((Path(self.state) / "highest.json").exists())
        self.registry.publish(1, "medium", [BOB])
        self.assertEqual(self.client().refresh(), "armed")

    def test_refuses_another_model_and_another_channel(self):
        name = self.registry.publish(1)
        self.refused(self.client(model=digest(b"other")), "MODEL")
        self.registry.files["v1/channels/stable"] = signing.pointer(1, name, NOW, CLOCK, channel="beta")
        self.refused(self.client(), "CHANNEL")

    def test_never_goes_back_also_not_after_a_restart(self):
        old = self.registry.publish(1)
        new = self.registry.publish(2)
        client = self.client()
        client.refresh()
        self.registry.point(1, old)
        self.refused(client, "ROLLBACK")
        self.refused(self.client(), "ROLLBACK")
        self.registry.point(2, new, NOW - 60)
        self.refused(self.client(), "REPLAY")
        self.assertEqual(client.armed.digest, new)

    def test_follows_keys_that_the_root_signed_and_no_others(self):
        self.registry.publish(1)
        client = self.client()
        client.refresh()
        following = signing.trust(2, NOW + 365 * DAY, ROOT, [CYD, DAN], CLOCK)
        self.registry.files["v1/trust/2"] = signing.signed_trust(following, [ALICE])
        newest = self.registry.publish(2, keys=[CYD, DAN])
        self.refused(client, "SIGNATURE")
        self.registry.files["v1/trust/2"] = signing.signed_trust(following, [ROOT])
        self.assertEqual(client.refresh(), "armed")
        del self.registry.files["v1/trust/2"]
        again = self.client()
        again.refresh()
        self.assertEqual(again.armed.digest, newest)

    def test_stays_armed_when_the_registry_stops_renewing_and_says_so(self):
        self.registry.publish(1)
        client = self.client()
        client.refresh()
        self.now = NOW + DAY
        self.refused(client, "EXPIRED")
        self.assertTrue(client.stale())
        self.assertIsNotNone(client.armed)

    def test_a_client_that_fails_closed_refuses_sessions_that_no_release_in_force_watches(self):
        self.registry.publish(1)
        client, closed = self.client(), self.client(fail_closed=True)
        self.assertIsNone(client.for_session())
        with self.assertRaises(Refusal) as refused:
            closed.for_session()
        self.assertEqual(refused.exception.reason, "UNARMED")
        for each in client, closed:
            each.refresh()
            self.assertIs(each.for_session(), each.armed)
        self.now = NOW + DAY
        self.assertIs(client.for_session(), client.armed)
        with self.assertRaises(Refusal) as refused:
            closed.for_session()
        self.assertEqual(refused.exception.reason, "EXPIRED")

    def test_arms_from_disk_and_keeps_reports_while_the_registry_is_away(self):
        self.registry.publish(1)
        client = self.client()
        client.refresh()
        client.armed.evaluate(np.zeros((3, 4)))
        self.registry.status = 503
        self.assertEqual(client.report(), 1)
        self.registry.status = 201
        away = self.client(registry="http://127.0.0.1:9")
        self.assertEqual(away.refresh(), "restored")
        self.assertEqual(away.report(), 1)
        self.assertEqual(self.client().report(), 0)
        keys = {key for key, _ in self.registry.posts}
        self.assertEqual((len(self.registry.posts), len(keys)), (2, 1))

    def test_a_session_that_fired_is_on_disk_before_it_is_sent_and_sent_until_it_was_taken(self):
        release = self.registry.publish(1)
        client = self.client()
        client.refresh()
        hits = [Hit("any", "f_0", 0, 2.0, 1.0), Hit("any", "f_1", 0, 2.0, 1.0)]
        rows = np.arange(8, dtype=np.float32).reshape(2, 4)
        self.registry.status = 503
        self.assertTrue(client.incident(client.armed, hits, [3, 4], rows, session="s-1", first_output=1))
        self.assertEqual(len(list(Path(self.state).glob("incident-*"))), 1)
        self.registry.status = 201
        self.client().report()
        self.assertEqual(list(Path(self.state).glob("incident-*")), [])
        self.assertEqual(len({key for key, _ in self.registry.posts}), 1)
        data = self.registry.posts[-1][1]
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        details = json.loads(header["__metadata__"]["incident"])
        self.assertEqual((details["release"], details["rules"], details["firstOutput"]), (release, ["any"], 1))
        self.assertEqual(load(data)["activation"].tolist(), rows.tolist())
        self.registry.status = 400
        self.assertTrue(client.incident(client.armed, hits, [3, 4], rows))
        self.assertEqual(len(list(Path(self.state).glob("refused-incident-*"))), 1)
        with self.assertRaises(ValueError):
            client.incident(client.armed, hits, [3], rows)

    def test_shows_the_token_of_the_environment_as_it_is_at_each_request(self):
        self.registry.publish(1)
        file = Path(self.state) / "token"
        file.write_text("cck_0_first\n")
        with unittest.mock.patch.dict(os.environ, {"CONCORDANCE_TOKEN_FILE": str(file)}):
            client = self.client()
            client.refresh()
            file.write_text("cck_0_second")
            client.refresh()
        self.assertEqual(self.registry.shown[0], "Bearer cck_0_first")
        self.assertEqual(self.registry.shown[-1], "Bearer cck_0_second")

    def test_a_trust_document_is_fetched_by_its_digest_alone(self):
        second = canonical.dumps(signing.trust(2, NOW + DAY, ROOT, [ALICE, BOB], CLOCK))
        self.registry.files["v1/trust"] = second
        self.registry.files["v1/trust/1"] = signing.signed_trust(canonical.loads(self.trust.data), [ROOT])
        for data in (second, self.trust.data):
            self.assertEqual(fetch_trust(self.registry.address, digest(data)).data, data)
        with self.assertRaises(Refusal):
            fetch_trust(self.registry.address, SOME)


if __name__ == "__main__":
    unittest.main()
