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
import org.junit.jupiter.params.provider.CsvSource;

class ReleaseBundleTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final long SEED = 11;

    private final SigningKey targets = SigningKey.generate();
    private final SigningKey second = SigningKey.generate();
    private final SigningKey clock = SigningKey.generate();
    private final TrustDocument trust = TrustDocument.of(
            1,
            NOW.plus(Duration.ofDays(365)),
            List.of(SigningKey.generate().publicKey()),
            1,
            List.of(targets.publicKey(), second.publicKey()),
            clock.publicKey());
    private final ReleaseTensors tensors = tensors(3, 5, SEED);
    private final ReleaseManifest manifest = manifest(tensors);

    @Test
    void comesBackAsItWasSigned() {
        ReleaseBundle bundle = verify(ReleaseBundle.signed(manifest, List.of(targets, second)), tensors.toBytes());
        assertThat(bundle.manifest()).isEqualTo(manifest);
        assertThat(bundle.tensors().encoder()).isEqualTo(tensors.encoder());
        bundle.tensors().replayGolden();
    }

    @Test
    void hasTheSameBytesEveryTime() {
        assertThat(tensors(3, 5, SEED).toBytes()).isEqualTo(tensors.toBytes());
        assertThat(ReleaseBundle.signed(manifest(tensors(3, 5, SEED)), List.of(targets, second)))
                .isEqualTo(ReleaseBundle.signed(manifest, List.of(targets, second)));
        assertThat(new String(Json.canonical(manifest), UTF_8))
                .startsWith("{\"createdAt\":\"2026-01-02T03:04:05Z\",\"dictionary\":");
    }

    @Test
    void refusesTensorsWhereAnySingleByteWasChanged() {
        byte[] envelope = ReleaseBundle.signed(manifest, List.of(targets, second));
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
    void refusesALargeBundleWhereAnyBitWasChanged() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ReleaseTensors large = tensors(64, 2048, SEED);
        ReleaseManifest named = manifest(large);
        byte[] bytes = large.toBytes();
        byte[] envelope = ReleaseBundle.signed(named, List.of(targets, second));
        assertThat(ReleaseBundle.verify(envelope, bytes, named.digest(), trust, NOW)
                        .manifest())
                .isEqualTo(named);
        for (int i = 0; i < 200; i++) {
            boolean tensor = i % 2 == 0;
            byte[] changed = (tensor ? bytes : envelope).clone();
            int at = random.nextInt(changed.length);
            changed[at] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> ReleaseBundle.verify(
                            tensor ? envelope : changed, tensor ? changed : bytes, named.digest(), trust, NOW))
                    .as("seed %d, byte %d of the %s", seed, at, tensor ? "tensors" : "manifest")
                    .isInstanceOf(Refusal.class);
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
                        ReleaseBundle.signed(lying, List.of(targets, second)),
                        other.toBytes(),
                        lying.digest(),
                        trust,
                        NOW))
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
        byte[] envelope = ReleaseBundle.signed(manifest, List.of(targets, second));
        Instant late = NOW.plus(Duration.ofDays(30));
        assertThatThrownBy(() -> ReleaseBundle.verify(envelope, tensors.toBytes(), manifest.digest(), trust, late))
                .hasMessageContaining("expired");
    }

    @Test
    void asksForTwoReviewersWhereAFeatureOrARuleIsHighAndForOneElsewhere() {
        byte[] bytes = tensors.toBytes();
        refusesOneSignature(manifest, bytes);
        ReleaseManifest rule = manifest(tensors, tensors.threshold(), ConcernLevel.MEDIUM, ConcernLevel.HIGH);
        refusesOneSignature(rule, bytes);
        ReleaseManifest medium = manifest(tensors, tensors.threshold(), ConcernLevel.MEDIUM, ConcernLevel.MEDIUM);
        assertThat(ReleaseBundle.verify(
                                ReleaseBundle.signed(medium, List.of(second)), bytes, medium.digest(), trust, NOW)
                        .manifest())
                .isEqualTo(medium);
    }

    private void refusesOneSignature(ReleaseManifest high, byte[] bytes) {
        for (List<SigningKey> signers : List.of(List.of(targets), List.of(second, second), List.of(targets, clock))) {
            assertThatThrownBy(() ->
                            ReleaseBundle.verify(ReleaseBundle.signed(high, signers), bytes, high.digest(), trust, NOW))
                    .isInstanceOfSatisfying(
                            Refusal.class, r -> assertThat(r.reason()).isEqualTo(Refusal.Reason.SIGNATURE));
        }
    }

    @Test
    void refusesManifestsAndPointersWhereAnySingleByteWasChanged() {
        byte[] bytes = tensors.toBytes();
        byte[] envelope = ReleaseBundle.signed(manifest, List.of(targets, second));
        byte[] pointer = new ChannelPointer(
                        ChannelPointer.FORMAT, "stable", 1, manifest.digest(), NOW, NOW.plus(Duration.ofDays(1)))
                .sign(clock)
                .toBytes();
        everyByte(envelope, changed -> ReleaseBundle.verify(changed, bytes, manifest.digest(), trust, NOW));
        ReleaseManifest low = manifest(tensors, tensors.threshold(), ConcernLevel.LOW, ConcernLevel.LOW);
        everyByte(
                ReleaseBundle.signed(low, List.of(targets, second)),
                changed -> ReleaseBundle.verify(changed, bytes, low.digest(), trust, NOW));
        everyByte(pointer, changed -> ChannelPointer.verify(Envelope.read(changed), trust, "stable", NOW));
    }

    private static void everyByte(byte[] good, java.util.function.Consumer<byte[]> use) {
        use.accept(good);
        for (int i = 0; i < good.length; i++) {
            byte[] changed = good.clone();
            changed[i] ^= (byte) (1 << i % 8);
            assertThatThrownBy(() -> use.accept(changed)).as("byte %d", i).isInstanceOf(Refusal.class);
        }
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
        Instant behind = NOW.minus(ChannelPointer.MOST_AHEAD);
        assertThat(ChannelPointer.verify(envelope, trust, "stable", behind)).isEqualTo(pointer);
        assertThatThrownBy(() -> ChannelPointer.verify(envelope, trust, "stable", behind.minusMillis(1)))
                .isInstanceOfSatisfying(
                        Refusal.class, r -> assertThat(r.reason()).isEqualTo(Refusal.Reason.CLOCK));
        assertThatThrownBy(() -> new ChannelPointer(
                        ChannelPointer.FORMAT, "stable", 1, manifest.digest(), NOW, NOW.plus(Duration.ofHours(25))))
                .hasMessageContaining("24 hours");
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
    @CsvSource({
        "0, 7", "1, 7", "5, 7", "6, 7", "63, 7", "64, 7", "65, 7", "200, 7", "0, 40", "1, 40", "11, 33", "12, 64",
        "13, 65", "200, 31"
    })
    void readsTheSameBitsInPanelsAsOneByOneAndAsTheDictionary(int count, int n) {
        long seed = 5;
        Random random = new Random(seed);
        ReleaseTensors t = tensors(n, 19, seed);
        float[] rows = floats(random, count * 19);
        FeatureReader reader = t.reader();
        float[] all = reader.read(rows, count);
        float[] encoded = new float[count * n];
        Arrays.fill(encoded, Float.NaN);
        float[] low = new float[n];
        Arrays.fill(low, -1e30f);
        new SparseEncoder(new Dictionary(
                        19,
                        n,
                        t.encoder(),
                        t.encoderBias(),
                        new float[n * 19],
                        t.decoderBias(),
                        low,
                        new DictionaryInfo("jumprelu", "batchtopk", 4, "m", "h", 0, 0, 0, 0)))
                .encode(rows, count, (row, feature, value) -> encoded[row * n + feature] = value);
        for (int r = 0; r < count; r++) {
            for (int j = 0; j < n; j++) {
                assertThat(all[r * n + j]).as("seed %d row %d", seed, r).isEqualTo(reader.one(rows, r, j));
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
        return manifest(tensors, thresholds, ConcernLevel.HIGH, ConcernLevel.HIGH);
    }

    private static ReleaseManifest manifest(
            ReleaseTensors tensors, float[] thresholds, ConcernLevel level, ConcernLevel ofRule) {
        List<ReleasedFeature> features = new ArrayList<>();
        for (int j = 0; j < tensors.features(); j++) {
            features.add(
                    new ReleasedFeature("f_" + j, j, "label " + j, level, "E1", "any-high", thresholds[j], List.of()));
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
                        ofRule,
                        features.stream().map(ReleasedFeature::uid).toList())),
                Digests.sha256(tensors.toBytes()),
                NOW,
                NOW.plus(Duration.ofDays(30)),
                false);
    }
}
