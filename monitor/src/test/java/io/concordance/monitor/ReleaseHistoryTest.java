package io.concordance.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.release.ChannelPointer;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.Rule;
import io.concordance.contracts.release.SigningKey;
import io.concordance.contracts.release.TrustDocument;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random histories of labels, reviews, releases, undoing, new keys and tampering, against a model that knows who approved
 * what: a monitor takes exactly the releases that the model allows, moves forward only, and nothing released ever changes.
 */
class ReleaseHistoryTest {
    private static final int HISTORIES = 10_000;
    private static final int LONGEST = 6;
    private static final int FEATURES = 2;
    private static final Instant NOW = PublishedReleases.NOW;
    private static final String SOME = Digests.sha256("some");

    private static final List<SigningKey> PEOPLE =
            IntStream.range(0, 5).mapToObj(i -> SigningKey.generate()).toList();
    private static final List<SigningKey> ROOTS =
            IntStream.range(0, 3).mapToObj(i -> SigningKey.generate()).toList();
    private static final List<SigningKey> CLOCKS =
            IntStream.range(0, 2).mapToObj(i -> SigningKey.generate()).toList();

    private enum Step {
        LABEL,
        REVIEW,
        RELEASE,
        UNDO,
        RENEW,
        ROTATE,
        TAMPER,
        REPLAY
    }

    @Test
    void monitorsTakeWhatTheModelAllowsAndOnlyMoveForward() {
        long seed = System.nanoTime();
        Map<String, Integer> outcomes = new ConcurrentSkipListMap<>();
        IntStream.range(0, HISTORIES).parallel().forEach(history -> {
            Random random = new Random(seed + history);
            World world = new World(random, outcomes, "seed " + seed + ", history " + history);
            int steps = 1 + random.nextInt(LONGEST);
            for (int step = 0; step < steps; step++) {
                world.take(Step.values()[random.nextInt(Step.values().length)]);
            }
        });
        assertThat(outcomes.keySet())
                .as("every kind of outcome was seen, %s", outcomes)
                .containsExactlyInAnyOrder(
                        "armed", "SIGNATURE", "ROLLBACK", "REPLAY", "tampered", "rotated", "rotation refused");
    }

    /** What was released, and by whom it may be believed. */
    private record Released(String digest, long version, byte[] envelope, boolean high, Set<Integer> signers) {}

    /** A pointer, what it points to, when it was issued and which key signed it. */
    private record Pointed(byte[] envelope, Released to, long issued, int clock) {}

    /** What was signed already, by what it says and who signed: another history signs much the same. */
    private static final Map<List<Object>, byte[]> SIGNED = new ConcurrentHashMap<>();

    private static final class World {
        private final Random random;
        private final Map<String, Integer> outcomes;
        private final String name;

        private final ConcernLevel[] levels = new ConcernLevel[FEATURES];
        private final List<Set<Integer>> approvals = new ArrayList<>();
        private final List<Released> releases = new ArrayList<>();
        private final Map<String, byte[]> bundles = new HashMap<>();
        private final List<Pointed> pointers = new ArrayList<>();
        private Set<Integer> reviewers = new TreeSet<>(Set.of(0, 1, 2));
        private int root = 0;
        private int clock = 0;
        private long seconds = 0;
        private long latest = 0;

        private TrustDocument trust;
        private StateFolder.@Nullable Highest highest;

        World(Random random, Map<String, Integer> outcomes, String name) {
            this.random = random;
            this.outcomes = outcomes;
            this.name = name;
            this.trust = document(1);
            for (int feature = 0; feature < FEATURES; feature++) {
                levels[feature] = ConcernLevel.values()[random.nextInt(3)];
                approvals.add(new TreeSet<>());
                review(feature);
            }
        }

        void take(Step step) {
            int feature = random.nextInt(FEATURES);
            switch (step) {
                case LABEL -> {
                    levels[feature] = ConcernLevel.values()[random.nextInt(3)];
                    approvals.get(feature).clear();
                }
                case REVIEW -> review(feature);
                case RELEASE -> release(levels[feature], approvals.get(feature));
                case UNDO -> {
                    if (!releases.isEmpty()) {
                        Released old = releases.get(random.nextInt(releases.size()));
                        release(old.high ? ConcernLevel.HIGH : ConcernLevel.LOW, old.signers);
                    }
                }
                case RENEW -> {
                    if (!releases.isEmpty()) {
                        point(releases.getLast());
                    }
                }
                case ROTATE -> rotate();
                case TAMPER -> tamper();
                case REPLAY -> {
                    if (!pointers.isEmpty()) {
                        poll(pointers.get(random.nextInt(pointers.size())));
                    }
                }
            }
        }

        /** Some of those who may approve, and now and then somebody who may not. */
        private void review(int feature) {
            for (int person = 0; person < PEOPLE.size(); person++) {
                if (random.nextInt(8) < (reviewers.contains(person) ? 4 : 1)) {
                    approvals.get(feature).add(person);
                }
            }
        }

        private void release(ConcernLevel level, Set<Integer> signers) {
            long version = releases.size() + 1L;
            ReleaseManifest manifest = manifest(version, level);
            byte[] envelope = SIGNED.computeIfAbsent(
                    List.of("release", version, level, Set.copyOf(signers)),
                    key -> ReleaseBundle.signed(
                            manifest, signers.stream().map(PEOPLE::get).toList()));
            assertThat(bundles.put(manifest.digest(), envelope)).as(name).isNull();
            releases.add(new Released(
                    manifest.digest(), version, envelope, level == ConcernLevel.HIGH, new TreeSet<>(signers)));
            point(releases.getLast());
        }

        private void point(Released to) {
            seconds += random.nextInt(3);
            Instant issued = NOW.plusSeconds(seconds);
            byte[] envelope = SIGNED.computeIfAbsent(
                    List.of("pointer", to.digest, seconds, clock),
                    key -> new ChannelPointer(
                                    ChannelPointer.FORMAT,
                                    "stable",
                                    to.version,
                                    to.digest,
                                    issued,
                                    issued.plus(Duration.ofHours(24)))
                            .sign(CLOCKS.get(clock))
                            .toBytes());
            pointers.add(new Pointed(envelope, to, seconds, clock));
            poll(pointers.getLast());
        }

        /** What the monitor makes of a pointer, against what the model says of it. */
        private void poll(Pointed pointed) {
            StateFolder.Highest before = highest;
            String outcome = "armed";
            try {
                ChannelPointer pointer = ChannelPointer.verify(
                        Envelope.read(pointed.envelope), trust, "stable", NOW.plusSeconds(seconds));
                if (before != null) {
                    before.requireNotAfter(pointer);
                }
                byte[] bundle = bundles.get(pointer.digest());
                ReleaseManifest manifest =
                        ReleaseBundle.manifest(bundle, pointer.digest(), trust, NOW.plusSeconds(seconds));
                Released released = releases.get((int) manifest.version() - 1);
                assertThat(bundle).as(name).isEqualTo(released.envelope);
                assertThat(reviewers).as(name).containsAll(released.signers);
                assertThat(released.signers.size())
                        .as("%s, high %s", name, released.high)
                        .isGreaterThanOrEqualTo(released.high ? 2 : 1);
                highest = StateFolder.Highest.of(pointer);
                latest = pointed.issued;
                assertThat(before == null || before.version() <= highest.version())
                        .as(name)
                        .isTrue();
            } catch (Refusal e) {
                outcome = e.reason().name();
                assertThat(allowed(pointed)).as("%s: %s", name, e.getMessage()).isFalse();
            }
            outcomes.merge(outcome, 1, Integer::sum);
        }

        /** Whether the model would have a monitor take the release of a pointer. */
        private boolean allowed(Pointed pointed) {
            Released released = pointed.to;
            return (highest == null || released.version >= highest.version())
                    && pointed.issued >= latest
                    && pointed.clock == clock
                    && reviewers.containsAll(released.signers)
                    && released.signers.size() >= (released.high ? 2 : 1);
        }

        private void rotate() {
            Set<Integer> next = new TreeSet<>();
            while (next.size() < 3) {
                next.add(random.nextInt(PEOPLE.size()));
            }
            int oldRoot = root;
            int oldClock = clock;
            Set<Integer> oldReviewers = reviewers;
            reviewers = next;
            root = random.nextInt(ROOTS.size());
            clock = random.nextInt(CLOCKS.size());
            TrustDocument document = document(trust.version() + 1);
            Set<SigningKey> signers = new HashSet<>();
            if (random.nextInt(4) > 0) {
                signers.add(ROOTS.get(oldRoot));
            }
            signers.add(ROOTS.get(root));
            boolean allowed = signers.contains(ROOTS.get(oldRoot));
            try {
                trust = trust.next(Envelope.read(SIGNED.computeIfAbsent(
                        List.of("trust", document, oldRoot, allowed),
                        key -> document.sign(List.copyOf(signers)).toBytes())));
                assertThat(allowed).as(name).isTrue();
                outcomes.merge("rotated", 1, Integer::sum);
            } catch (Refusal e) {
                assertThat(allowed).as("%s: %s", name, e.getMessage()).isFalse();
                root = oldRoot;
                clock = oldClock;
                reviewers = oldReviewers;
                outcomes.merge("rotation refused", 1, Integer::sum);
            }
        }

        private void tamper() {
            if (releases.isEmpty()) {
                return;
            }
            Released released = releases.get(random.nextInt(releases.size()));
            byte[] changed = released.envelope.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                ReleaseBundle.manifest(changed, released.digest, trust, NOW);
                throw new AssertionError(name + ": a changed byte was passed over");
            } catch (Refusal e) {
                outcomes.merge("tampered", 1, Integer::sum);
            }
        }

        private TrustDocument document(long version) {
            return TrustDocument.of(
                    version,
                    NOW.plus(Duration.ofDays(1)),
                    List.of(ROOTS.get(root).publicKey()),
                    1,
                    reviewers.stream().map(i -> PEOPLE.get(i).publicKey()).toList(),
                    CLOCKS.get(clock).publicKey());
        }
    }

    private static ReleaseManifest manifest(long version, ConcernLevel level) {
        return new ReleaseManifest(
                ReleaseManifest.FORMAT,
                version,
                null,
                new ReleaseManifest.Model("id", "organism", SOME, SOME),
                "blocks.2.hook_resid_post",
                4,
                "fp32",
                SOME,
                List.of(new ReleasedFeature("f_0", 0, null, level, "E1", "r", 1, List.of())),
                List.of(Rule.anyOf("r", level, List.of("f_0"))),
                SOME,
                NOW,
                NOW.plus(Duration.ofDays(1)),
                false);
    }
}
