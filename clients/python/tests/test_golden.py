"""Held to the files that the Java monitor is held to as well."""

import json
import random
import types
import unittest
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from concordance_monitor import Armed, Refusal, TrustDocument, release, watch
from concordance_monitor.trust import Envelope, time

FOLDER = Path(__file__).parent / "golden"
NOW = time("2026-01-02T03:04:05Z")
TOLERANCE = 1e-5


def read(name):
    return (FOLDER / name).read_bytes()


def arm():
    trust = TrustDocument(read("trust.json"))
    pointer = release.pointer(read("channel.dsse.json"), trust, "stable", NOW)
    bundle = release.bundle(read("manifest.dsse.json"), read("tensors.safetensors"), pointer["digest"], trust, NOW)
    return Armed(pointer["digest"], *bundle)


class GoldenTest(unittest.TestCase):
    def setUp(self):
        self.armed = arm()
        rows = load_file(FOLDER / "sessions.safetensors")
        self.activations, self.expected = rows["activations"], rows["pre_activations"]
        self.sessions = json.loads(read("sessions.json"))["sessions"]

    def rows(self, session):
        return self.activations[session["from"] : session["from"] + session["tokens"]]

    def test_reads_the_values_that_java_reads(self):
        actual = self.armed.read(self.activations)
        scale = np.abs(self.expected).max(axis=0)
        self.assertLessEqual(float((np.abs(actual - self.expected) / scale).max()), TOLERANCE)

    def test_fires_where_java_fires(self):
        for session in self.sessions:
            hits = self.armed.evaluate(self.rows(session), session["firstOutput"])
            found = [(hit.rule, hit.feature, hit.token, hit.threshold) for hit in hits]
            wanted = [(h["rule"], h["featureUid"], h["token"], h["threshold"]) for h in session["hits"]]
            self.assertEqual(found, wanted)
            for hit, expected in zip(hits, session["hits"]):
                self.assertAlmostEqual(hit.value, expected["value"], delta=TOLERANCE * abs(expected["value"]) + 1e-5)
        seen = self.armed.drain("m")
        fires = sum(bool(session["hits"]) for session in self.sessions)
        self.assertEqual((seen["sessions"], seen["fires"]), (len(self.sessions), fires))
        self.assertEqual(self.armed.drain("m")["sessions"], 0)

    def test_a_module_is_watched_however_many_passes_a_session_takes(self):
        class Tensor(np.ndarray):
            detach = cpu = float = lambda self: self
            numpy = lambda self: np.asarray(self)

        class Module:
            def register_forward_hook(self, hook):
                self.hook = hook
                return types.SimpleNamespace(remove=lambda: setattr(self, "hook", None))

        module = Module()
        for session in self.sessions:
            rows = self.rows(session)
            with watch(self.armed, module) as watched:
                for begin, end in ((0, 5), (5, 6), (6, len(rows))):
                    if rows[begin:end].size:
                        module.hook(module, (), (rows[None, begin:end].view(Tensor), "cache"))
                self.assertEqual(watched.tokens, len(rows))
                hits = watched.hits(session["firstOutput"])
            self.assertEqual([hit.feature for hit in hits], [h["featureUid"] for h in session["hits"]])
        self.assertIsNone(module.hook)
        with watch(self.armed, module), self.assertRaises(ValueError):
            module.hook(module, (), np.zeros((2, 3, 48), np.float32).view(Tensor))

    def test_refuses_activations_of_another_shape_or_not_finite_and_counts_nothing(self):
        good = self.activations[:4]
        bad = good.copy()
        bad[2, 3] = np.nan
        for given, first in ((bad, None), (good[:, :47], None), (good[0], None), (good, 5), (good, -1)):
            with self.assertRaises(ValueError):
                self.armed.evaluate(given, first)
        self.assertEqual(self.armed.drain("m")["sessions"], 0)

    def test_refuses_every_changed_byte(self):
        trust = TrustDocument(read("trust.json"))
        digest = self.armed.digest
        manifest, tensors, pointer = (
            read(name) for name in ("manifest.dsse.json", "tensors.safetensors", "channel.dsse.json")
        )
        seed = random.randrange(1 << 30)
        some = random.Random(seed)
        expected = release.manifest(manifest, digest, trust, NOW)[0]["tensors"]

        def check_tensors(data):
            release.require(release.digest(data) == expected, "DIGEST", "tensors")

        uses = [
            (tensors, range(len(tensors)), check_tensors),
            (manifest, some.sample(range(len(manifest)), 400), lambda d: release.manifest(d, digest, trust, NOW)),
            (pointer, range(len(pointer)), lambda data: release.pointer(data, trust, "stable", NOW)),
            (read("trust.dsse.json"), range(0, 1954, 5), lambda data: TrustDocument.self_signed(Envelope(data))),
        ]
        for good, places, use in uses:
            use(good)
            for place in places:
                changed = bytearray(good)
                changed[place] ^= 1 << place % 8
                with self.subTest(seed=seed, place=place), self.assertRaises(Refusal):
                    use(bytes(changed))

    def test_refuses_golden_vectors_that_come_out_differently(self):
        tensors = release.Tensors(read("tensors.safetensors"))
        inputs, expected = tensors.golden
        expected = expected.copy()
        expected[3, 2] *= 1.01
        tensors.golden = inputs, expected
        with self.assertRaises(Refusal) as refused:
            tensors.replay_golden()
        self.assertEqual(refused.exception.reason, "GOLDEN")


if __name__ == "__main__":
    unittest.main()
