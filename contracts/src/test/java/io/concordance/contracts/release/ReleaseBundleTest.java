package io.concordance.contracts.release;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReleaseBundleTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final long SEED = 11;

    private final SigningKey targets = SigningKey.generate();
    private final SigningKey clock = SigningKey.generate();
    private final TrustDocument trust = TrustDocument.of(List.of(targets.publicKey()), 1, clock.publicKey());
    private final ReleaseTensors tensors = tensors(3, 5, SEED);
    private final ReleaseManifest manifest = manifest(tensors);

    @Test
    void comesBackAsItWasSigned() {
        ReleaseBundle bundle = verify(ReleaseBundle.signed(manifest, List.of(targets)), tensors.toBytes());
        assertThat(bundle.manifest()).isEqualTo(manifest);
        assertThat(bundle.tensors().encoder()).isEqualTo(tensors.encoder());
        bundle.tensors().replayGolden();
    }

    @Test
    void hasTheSameBytesEveryTime() {
        assertThat(tensors(3, 5, SEED).toBytes()).isEqualTo(tensors.toBytes());
        assertThat(ReleaseBundle.signed(manifest(tensors(3, 5, SEED)), List.of(targets)))
                .isEqualTo(ReleaseBundle.signed(manifest, List.of(targets)));
        assertThat(new String(Json.canonical(manifest), UTF_8))
                .startsWith("{\"createdAt\":\"2026-01-02T03:04:05Z\",\"dictionary\":");
    }

    @Test
    void refusesTensorsWhereAnySingleByteWasChanged() {
        byte[] envelope = ReleaseBundle.signed(manifest, List.of(targets));
        byte[] bytes = tensors.toBytes();
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> verify(envelope, changed))
                    .as("byte %d", i)
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Refusal.Reason.DIGEST));
        }
    }

    @Test
    void refusesThresholdsThatManifestAndTensorsStateDifferently() {
        float[] lower = tensors.threshold().clone();
        lower[1] /= 2;
        ReleaseTensors other = new ReleaseTensors(
                3, 5, tensors.encoder(), tensors.encoderBias(), tensors.decoderBias(), lower, tensors.golden());
        ReleaseManifest lying = manifest(other, tensors.threshold());
        assertThatThrownBy(() -> ReleaseBundle.verify(
                        ReleaseBundle.signed(lying, List.of(targets)), other.toBytes(), lying.digest(), trust, NOW))
                .hasMessageContaining("threshold of feature 1");
    }

    @Test
    void refusesGoldenVectorsThatComeOutDifferently() {
        float[] expected = tensors.golden().expected().clone();
        expected[7] *= 1.001f;
        Golden wrong = new Golden(tensors.golden().count(), tensors.golden().inputs(), expected);
        assertThatThrownBy(() -> wrong.replay(tensors.reader(), 3))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.reason()).isEqualTo(Refusal.Reason.GOLDEN));
    }

    @Test
    void goldenVectorsMakeEveryFeatureFire() {
        Golden golden = tensors.golden();
        for (int j = 0; j < 3; j++) {
            assertThat(golden.expected()[j * 3 + j]).isGreaterThan(tensors.threshold()[j]);
        }
        assertThatThrownBy(() -> ReleaseTensors.of(new float[4], new float[2], new float[2], new float[2], 0))
                .hasMessageContaining("zero row");
    }

    @Test
    void refusesAnExpiredRelease() {
        byte[] envelope = ReleaseBundle.signed(manifest, List.of(targets));
        Instant late = NOW.plus(Duration.ofDays(30));
        assertThatThrownBy(() -> ReleaseBundle.verify(envelope, tensors.toBytes(), manifest.digest(), trust, late))
                .hasMessageContaining("expired");
    }

    @Test
    void refusesAPointerForAnotherChannelOrPastItsDay() {
        ChannelPointer pointer = new ChannelPointer(
                ChannelPointer.FORMAT, "stable", 1, manifest.digest(), NOW, NOW.plus(Duration.ofDays(1)));
        Envelope envelope = pointer.sign(clock);
        assertThat(ChannelPointer.verify(envelope, trust, "stable", NOW)).isEqualTo(pointer);
        assertThatThrownBy(() -> ChannelPointer.verify(envelope, trust, "beta", NOW))
                .hasMessageContaining("channel 'stable'");
        assertThatThrownBy(() -> ChannelPointer.verify(envelope, trust, "stable", NOW.plus(Duration.ofDays(1))))
                .hasMessageContaining("expired");
        assertThatThrownBy(() -> ChannelPointer.verify(pointer.sign(targets), trust, "stable", NOW))
                .hasMessageContaining("signatures");
    }

    @Test
    void refusesFeaturesThatWereATrainingSignal() {
        String json = new String(Json.canonical(manifest), UTF_8)
                .replace("\"usedInTraining\":false", "\"usedInTraining\":true");
        assertThatThrownBy(() -> Json.read(json.getBytes(UTF_8), ReleaseManifest.class))
                .hasMessageContaining("usedInTraining");
    }

    @Test
    void refusesARuleOverFeaturesThatAreNotInTheRelease() {
        assertThatThrownBy(() -> Rule.anyOf("r", ConcernLevel.HIGH, List.of())).isInstanceOf(FieldProblem.class);
        String json =
                new String(Json.canonical(manifest), UTF_8).replace("\"features\":[\"f_0\",", "\"features\":[\"f_9\",");
        assertThatThrownBy(() -> Json.read(json.getBytes(UTF_8), ReleaseManifest.class))
                .hasMessageContaining("features of the release");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 6, 63, 64, 65, 70, 200})
    void readsTheSameBitsInPanelsAsOneByOneAndAsTheDictionary(int count) {
        long seed = 5;
        Random random = new Random(seed);
        ReleaseTensors t = tensors(7, 19, seed);
        float[] rows = floats(random, count * 19);
        FeatureReader reader = t.reader();
        float[] all = reader.read(rows, count);
        float[] encoded = new float[count * 7];
        Arrays.fill(encoded, Float.NaN);
        float[] low = new float[7];
        Arrays.fill(low, -1e30f);
        new SparseEncoder(new Dictionary(
                        19,
                        7,
                        t.encoder(),
                        t.encoderBias(),
                        new float[7 * 19],
                        t.decoderBias(),
                        low,
                        new DictionaryInfo("jumprelu", "batchtopk", 4, "m", "h", 0, 0, 0, 0)))
                .encode(rows, count, (row, feature, value) -> encoded[row * 7 + feature] = value);
        for (int r = 0; r < count; r++) {
            for (int j = 0; j < 7; j++) {
                assertThat(all[r * 7 + j]).as("seed %d row %d", seed, r).isEqualTo(reader.one(rows, r, j));
            }
        }
        assertThat(all).isEqualTo(encoded);
    }

    private ReleaseBundle verify(byte[] envelope, byte[] bytes) {
        return ReleaseBundle.verify(envelope, bytes, manifest.digest(), trust, NOW);
    }

    private static ReleaseTensors tensors(int n, int d, long seed) {
        Random random = new Random(seed);
        float[] threshold = floats(random, n);
        for (int j = 0; j < n; j++) {
            threshold[j] = Math.abs(threshold[j]);
        }
        return ReleaseTensors.of(floats(random, n * d), floats(random, n), floats(random, d), threshold, seed);
    }

    private static float[] floats(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static ReleaseManifest manifest(ReleaseTensors tensors) {
        return manifest(tensors, tensors.threshold());
    }

    private static ReleaseManifest manifest(ReleaseTensors tensors, float[] thresholds) {
        List<ReleasedFeature> features = new ArrayList<>();
        for (int j = 0; j < tensors.features(); j++) {
            features.add(new ReleasedFeature(
                    "f_" + j, j, "label " + j, ConcernLevel.HIGH, "E1", "any-high", thresholds[j], List.of()));
        }
        String some = Digests.sha256("some");
        return new ReleaseManifest(
                ReleaseManifest.FORMAT,
                1,
                null,
                new ReleaseManifest.Model("id", "organism", some, some),
                "blocks.2.hook_resid_post",
                tensors.width(),
                "fp32",
                some,
                features,
                List.of(Rule.anyOf(
                        "any-high",
                        ConcernLevel.HIGH,
                        features.stream().map(ReleasedFeature::uid).toList())),
                Digests.sha256(tensors.toBytes()),
                NOW,
                NOW.plus(Duration.ofDays(30)),
                false);
    }
}
