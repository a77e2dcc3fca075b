package io.concordance.registry.study;

import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.event.FeatureAttributed.Calibration;
import io.concordance.contracts.event.FeatureAttributed.Screen;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.feature.FeatureUids;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.monitor.Hit;
import io.concordance.registry.feature.Evidence;
import io.concordance.registry.feature.Explanation;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureQuery;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.study.strategy.Planted;
import io.concordance.registry.study.strategy.Planted.Document;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A dictionary of planted features, what is known of them, and deployment transcripts. */
final class World implements FeatureRepository, EvaluationShards {
    static final int GOOD = 7;
    static final int FAIR = 3;

    final Dictionary dictionary;
    final List<Document> documents = new ArrayList<>();
    final List<Feature> features = new ArrayList<>();
    private final List<Path> shards = new ArrayList<>();
    int opened;
    StudyObjects.@Nullable Shared shared;

    World(long seed, Path folder) {
        Random random = new Random(seed);
        dictionary = Planted.dictionary(random, 20);
        for (int slice = 0; slice < 2; slice++) {
            List<Document> part = Planted.documents(random, 20, documents.size());
            documents.addAll(part);
            shards.add(Planted.write(part, slice, folder));
        }
        for (int index = 0; index < 20; index++) {
            int caught = index == GOOD ? 95 : index == FAIR ? 60 : 5;
            features.add(feature(index, caught));
        }
    }

    /** A linear probe of an arm: the row of the dictionary with the same index. */
    String probe(String arm, String kind, int index) {
        Feature row = features.get(index);
        Evidence known = features.get(GOOD).evidence().getFirst();
        Evidence evidence = new Evidence(
                arm,
                kind,
                known.screen(),
                known.calibration(),
                null,
                null,
                new Pooling(Pooling.Over.MAX, 1, Pooling.Scope.BEFORE_OUTPUT));
        String uid = FeatureUids.of(FakePeers.PROBES, index);
        features.add(new Feature(
                uid,
                FakePeers.PROBES,
                index,
                row.origin(),
                row.explanation(),
                List.of(evidence),
                Grade.E1,
                ReviewState.NONE,
                (ConcernLevel) null));
        return uid;
    }

    /** A feature has the evidence of another arm, too. */
    void nominates(String arm, String kind, int index) {
        Feature feature = features.get(index);
        Evidence known = feature.evidence().getFirst();
        List<Evidence> evidence = new ArrayList<>(feature.evidence());
        evidence.add(new Evidence(arm, kind, known.screen(), known.calibration()));
        features.set(
                index,
                new Feature(
                        feature.uid(),
                        feature.dictionary(),
                        index,
                        feature.origin(),
                        feature.explanation(),
                        evidence,
                        feature.grade(),
                        feature.state(),
                        feature.level()));
    }

    private static Feature feature(int index, int caught) {
        Screen screen = new Screen(100, 200, caught, 0, 3, 2, 4, 0.9, 0.8, 1, 1e-9, 1e-8);
        Evidence evidence = new Evidence("off-policy", "off-policy", screen, new Calibration(1.5, 200, 0, 100, caught));
        Explanation explanation = new Explanation("label " + index, "test", "1", "test", 10, null);
        return new Feature(
                "f_" + index,
                FakePeers.DICTIONARY,
                index,
                new Feature.Origin("run", "m", "blocks.2.hook_resid_post", "new", 0.1, 1000),
                explanation,
                List.of(evidence),
                Grade.E1,
                ReviewState.NONE,
                (ConcernLevel) null);
    }

    /** What is known of the features was found in an arm of role-play. */
    void played() {
        features.replaceAll(feature -> new Feature(
                feature.uid(),
                feature.dictionary(),
                feature.index(),
                feature.origin(),
                feature.explanation(),
                feature.evidence().stream()
                        .map(e -> new Evidence("games", "role-play", e.screen(), e.calibration()))
                        .toList(),
                feature.grade(),
                feature.state(),
                feature.level()));
    }

    StudyObjects objects(FakePeers peers) {
        return new StudyObjects(null) {
            @Override
            Dictionary dictionary(String digest) {
                return dictionary;
            }

            @Override
            Optional<Shared> shared(String judging, Collection<String> learning) {
                return Optional.ofNullable(shared);
            }

            @Override
            void transcripts(String digest, Consumer<Transcript> each) {
                peers.texts(digest).forEach(each);
            }

            @Override
            Map<String, String> families(String digest) {
                return Map.of(documents.getFirst().id(), "near-miss");
            }

            @Override
            AttributionFile.Attributions attributions(ObjectRef object) {
                return peers.attributions(object.key());
            }

            @Override
            void open(LearningShards.OfArm located, Consumer<Shard> reader) {
                try (Shard shard = Shard.open(shards.getFirst())) {
                    reader.accept(shard);
                }
            }

            @Override
            void open(Located located, Consumer<Shard> reader) {
                opened++;
                try (Shard shard = Shard.open(shards.get(located.slice()))) {
                    reader.accept(shard);
                }
            }
        };
    }

    /** One arm of one shard. */
    LearningShards learning() {
        return new LearningShards() {
            @Override
            public void add(ShardWritten shard) {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean complete(String job, String hook) {
                return true;
            }

            @Override
            public List<OfArm> first(String job, String hook) {
                return List.of(new OfArm("off-policy", "key-learning", "sha256:0"));
            }

            @Override
            public List<OfArm> all(String job, String hook) {
                return List.of(new OfArm("pushed", "key-" + job, "sha256:0"));
            }
        };
    }

    /** A monitor of the released features, read off the definition. */
    Watch watch(String release, List<String> uids) {
        return new Watch() {
            @Override
            public String digest() {
                return release;
            }

            @Override
            public List<Hit> evaluate(float[] activations, int tokens, int firstOutput) {
                for (int t = 0; t < tokens; t++) {
                    float[] row = java.util.Arrays.copyOfRange(activations, t * Planted.WIDTH, (t + 1) * Planted.WIDTH);
                    for (String uid : uids) {
                        int index = find(uid).orElseThrow().index();
                        float value = Planted.activation(dictionary, index, row);
                        if (value > 1.5f) {
                            return List.of(new Hit("any", uid, t, value, 1.5f));
                        }
                    }
                }
                return List.of();
            }
        };
    }

    /** Of a feature's decoder direction with one axis. */
    double cosine(int feature, int axis) {
        double squares = 0;
        for (int c = 0; c < Planted.WIDTH; c++) {
            squares += Math.pow(dictionary.decoder()[feature * Planted.WIDTH + c], 2);
        }
        return dictionary.decoder()[feature * Planted.WIDTH + axis] / Math.sqrt(squares);
    }

    /** How many of the first transcripts have a token on which a feature exceeds 1.5. */
    int firing(int first, int feature) {
        int firing = 0;
        for (Document document : documents.subList(0, first)) {
            boolean fires = false;
            for (float[] row : document.rows()) {
                fires |= Planted.activation(dictionary, feature, row) > 1.5f;
            }
            firing += fires ? 1 : 0;
        }
        return firing;
    }

    /** Share of transcripts of an outcome on which any of the features exceeds 1.5 at any token. */
    double rate(Outcome outcome, int... indices) {
        int n = 0;
        int fired = 0;
        for (Document document : documents) {
            if (document.outcome() != outcome) {
                continue;
            }
            n++;
            boolean fires = false;
            for (float[] row : document.rows()) {
                for (int index : indices) {
                    fires |= Planted.activation(dictionary, index, row) > 1.5f;
                }
            }
            fired += fires ? 1 : 0;
        }
        return (double) fired / n;
    }

    @Override
    public Optional<Feature> find(String uid) {
        return features.stream().filter(feature -> feature.uid().equals(uid)).findFirst();
    }

    @Override
    public List<Feature> list(FeatureQuery query, @Nullable String after, int limit) {
        List<Feature> own = features.stream()
                .filter(feature -> feature.dictionary().equals(query.dictionary()))
                .toList();
        int from = after == null ? 0 : 1 + Integer.parseInt(after.substring(after.lastIndexOf(':') + 1));
        return own.stream()
                .filter(feature -> feature.index() >= from)
                .limit(limit)
                .toList();
    }

    @Override
    public Counts counts(String dictionaryDigest) {
        return new Counts(20, 20, 20, 20);
    }

    @Override
    public void add(ShardWritten shard) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Located> of(String job, String hook) {
        List<Located> located = new ArrayList<>();
        for (int slice = 0; slice < shards.size(); slice++) {
            located.add(new Located(slice, shards.size(), 1, "key-" + slice, "sha256:" + slice));
        }
        return located;
    }
}
