package io.concordance.monitor;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ChannelPointer;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.Condition;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.contracts.release.SigningKey;
import io.concordance.contracts.release.TrustDocument;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A signed release, sessions, and what fires on them: files that this monitor and the Python one are both held to.
 * {@link #main} writes them anew, with new keys.
 */
final class GoldenRelease {
    static final Path FOLDER = Path.of("..", "clients", "python", "tests", "golden");
    static final Instant NOW = PublishedReleases.NOW;

    private static final int WIDTH = 48;
    private static final int FEATURES = 6;
    private static final int SESSIONS = 32;
    private static final int MOST_TOKENS = 16;
    private static final long SEED = 7;

    private GoldenRelease() {}

    /** Where a session lies in the activations, and what fires on it. */
    record Session(int from, int tokens, int firstOutput, List<Hit> hits) {}

    /** All sessions, in order of their rows. */
    record Sessions(List<Session> sessions) {}

    static byte[] bytes(String file) throws IOException {
        return Files.readAllBytes(FOLDER.resolve(file));
    }

    static ArmedMonitor arm() throws IOException {
        TrustDocument trust = Json.read(bytes("trust.json"), TrustDocument.class);
        ChannelPointer pointer = ChannelPointer.verify(
                io.concordance.contracts.release.Envelope.read(bytes("channel.dsse.json")), trust, "stable", NOW);
        return new ArmedMonitor(ReleaseBundle.verify(
                bytes(ReleaseBundle.MANIFEST), bytes(ReleaseBundle.TENSORS), pointer.digest(), trust, NOW));
    }

    /** {@code [tokens, d]} of all sessions. */
    static float[] activations() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.of(bytes("sessions.safetensors"))) {
            return file.floats("activations");
        }
    }

    static List<Session> sessions() throws IOException {
        return Json.read(bytes("sessions.json"), Sessions.class).sessions();
    }

    static List<Hit> evaluate(ArmedMonitor armed, float[] activations, Session session) {
        float[] rows =
                Arrays.copyOfRange(activations, session.from() * WIDTH, (session.from() + session.tokens()) * WIDTH);
        return armed.evaluate(rows, session.tokens(), session.firstOutput());
    }

    public static void main(String[] arguments) throws IOException {
        Random random = new Random(SEED);
        SigningKey root = SigningKey.generate();
        List<SigningKey> reviewers = List.of(SigningKey.generate(), SigningKey.generate());
        SigningKey timestamp = SigningKey.generate();
        TrustDocument trust = TrustDocument.of(
                1,
                NOW.plus(Duration.ofDays(365)),
                List.of(root.publicKey()),
                1,
                reviewers.stream().map(SigningKey::publicKey).toList(),
                timestamp.publicKey());
        float[] threshold = {6, 3, 16, 2, 20, 20};
        ReleaseTensors tensors = ReleaseTensors.of(
                PublishedReleases.floats(random, FEATURES * WIDTH),
                PublishedReleases.floats(random, FEATURES),
                PublishedReleases.floats(random, WIDTH),
                threshold,
                SEED);
        ReleaseManifest manifest = manifest(tensors);
        Files.createDirectories(FOLDER);
        write("trust.json", Json.canonical(trust));
        write("trust.dsse.json", trust.sign(List.of(root)).toBytes());
        write(
                "channel.dsse.json",
                new ChannelPointer(
                                ChannelPointer.FORMAT,
                                "stable",
                                3,
                                manifest.digest(),
                                NOW,
                                NOW.plus(Duration.ofHours(24)))
                        .sign(timestamp)
                        .toBytes());
        write(ReleaseBundle.MANIFEST, ReleaseBundle.signed(manifest, reviewers));
        write(ReleaseBundle.TENSORS, tensors.toBytes());

        List<Session> sessions = new ArrayList<>();
        int rows = 0;
        for (int i = 0; i < SESSIONS; i++) {
            int tokens = random.nextInt(MOST_TOKENS + 1);
            sessions.add(new Session(rows, tokens, random.nextInt(tokens + 1), List.of()));
            rows += tokens;
        }
        float[] activations = PublishedReleases.floats(random, rows * WIDTH);
        write(
                "sessions.safetensors",
                new SafetensorsWriter()
                        .floats("activations", new long[] {rows, WIDTH}, activations)
                        .floats(
                                "pre_activations",
                                new long[] {rows, FEATURES},
                                tensors.reader().read(activations, rows))
                        .toBytes());
        ArmedMonitor armed = arm();
        write(
                "sessions.json",
                Json.canonical(new Sessions(sessions.stream()
                        .map(s -> new Session(s.from(), s.tokens(), s.firstOutput(), evaluate(armed, activations, s)))
                        .toList())));
    }

    private static ReleaseManifest manifest(ReleaseTensors tensors) {
        List<String> uids = IntStream.range(0, FEATURES).mapToObj(j -> "f_" + j).toList();
        Condition thrice = new Condition.Fires("f_0", new Pooling(Pooling.Over.MAX, 3, Pooling.Scope.ALL_TOKENS));
        Condition before = new Condition.Fires("f_1", new Pooling(Pooling.Over.MAX, 1, Pooling.Scope.BEFORE_OUTPUT));
        Condition after = new Condition.Fires("f_2", new Pooling(Pooling.Over.MAX, 1, Pooling.Scope.OUTPUT));
        Condition last = new Condition.Fires("f_3", new Pooling(Pooling.Over.LAST, 1, Pooling.Scope.ALL_TOKENS));
        List<Rule> rules = List.of(
                Rule.anyOf("any", ConcernLevel.MEDIUM, List.of("f_4", "f_5")),
                new Rule("three", ConcernLevel.HIGH, 3, uids, Rule.MAX, Rule.ALL_TOKENS),
                Rule.of("often", ConcernLevel.HIGH, thrice),
                Rule.of(
                        "before-not-after",
                        ConcernLevel.LOW,
                        new Condition.All(List.of(before, new Condition.Not(after)))),
                Rule.of("two", ConcernLevel.LOW, new Condition.AtLeast(2, List.of(before, after, last))));
        String some = Digests.sha256("some");
        return new ReleaseManifest(
                ReleaseManifest.FORMAT,
                3,
                some,
                new ReleaseManifest.Model("id", "organism", some, some),
                "blocks.2.hook_resid_post",
                WIDTH,
                "fp32",
                some,
                IntStream.range(0, FEATURES)
                        .mapToObj(j -> new ReleasedFeature(
                                uids.get(j),
                                j,
                                "\u20ac \u00e9\n" + j,
                                ConcernLevel.HIGH,
                                "E1",
                                j < 4 ? "three" : "any",
                                tensors.threshold()[j],
                                List.of(new ReleasedFeature.Evidence(
                                        "off-policy",
                                        "off-policy",
                                        1e-7,
                                        new ReleasedFeature.Rate(18, 20, 0.683, 0.9877),
                                        new ReleasedFeature.Rate(0, 400, 0, 0.00918),
                                        new ReleasedFeature.Bounded(1, 1.5e-10, 1e21)))))
                        .toList(),
                rules,
                Digests.sha256(tensors.toBytes()),
                NOW,
                NOW.plus(Duration.ofDays(90)),
                false);
    }

    private static void write(String file, byte[] bytes) throws IOException {
        Files.write(FOLDER.resolve(file), bytes);
    }
}
