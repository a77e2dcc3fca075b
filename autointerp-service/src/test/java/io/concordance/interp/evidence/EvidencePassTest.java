package io.concordance.interp.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.dictionary.PositionOffsets;
import io.concordance.contracts.dictionary.SteeringRemoved;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import io.concordance.interp.planted.Planted.Slice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidencePassTest {
    private static final long SEED = 20250601;
    private static final int WIDTH = 8;
    private static final int FEATURES = 70;

    @TempDir
    Path folder;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    private final Map<String, float[]> rows = new HashMap<>();

    private List<Doc> documents(String prefix, int count) {
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            int length = 1 + random.nextInt(40);
            int[] tokens = new int[length];
            for (int r = 0; r < length; r++) {
                tokens[r] = random.nextInt(50);
            }
            documents.add(new Doc(prefix + d, Outcome.ofCode(random.nextInt(3)), tokens, random.nextInt(length + 1)));
        }
        return documents;
    }

    private float[] row(String arm, Doc document, int r) {
        return rows.computeIfAbsent(arm + "/" + document.id() + "/" + r, k -> Planted.gaussian(random, WIDTH));
    }

    private List<Slice> shards(String arm, String kind, List<Doc> documents, int perShard) {
        return Planted.write(
                folder, "job-" + arm, arm, kind, "learning", WIDTH, perShard, documents, (d, r) -> row(arm, d, r));
    }

    private static float pre(Dictionary dictionary, int j, float[] x) {
        float sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum = Math.fma(x[i] - dictionary.decoderBias()[i], dictionary.encoder()[j * x.length + i], sum);
        }
        return sum + dictionary.encoderBias()[j];
    }

    /** A shard with those that are subtracted from it. */
    private record Less(Slice own, List<Slice> minus) implements ShardSource {
        @Override
        public String job() {
            return own.job();
        }

        @Override
        public int slice() {
            return own.slice();
        }

        @Override
        public String hook() {
            return own.hook();
        }

        @Override
        public Path fetch() {
            return own.file();
        }

        @Override
        public void done() {}
    }

    /** Eighths, so that sums of them are exact. */
    private float[] eighths(String arm, Doc document, int r) {
        float[] row = row(arm, document, r).clone();
        for (int i = 0; i < row.length; i++) {
            row[i] = Math.round(8 * row[i]) / 8f;
        }
        return row;
    }

    private List<Less> differences(List<Doc> documents, List<Doc> subtracted) {
        List<Slice> own =
                Planted.write(folder, "own", "benign", "benign", "learning", WIDTH, 7, documents, (document, r) -> {
                    float[] row = eighths("difference", document, r);
                    float[] base = eighths("base", document, r);
                    for (int i = 0; i < row.length; i++) {
                        row[i] += base[i];
                    }
                    return row;
                });
        List<Slice> less = Planted.write(
                folder, "less", "benign", "benign", "learning", WIDTH, 7, subtracted, (d, r) -> eighths("base", d, r));
        List<Less> pairs = new ArrayList<>();
        for (int s = 0; s < own.size(); s++) {
            pairs.add(new Less(own.get(s), List.of(less.get(s))));
        }
        return pairs;
    }

    @Test
    void aDictionaryOfDifferencesReadsTwoCapturesTokenByToken() throws Exception {
        Dictionary plain = Planted.random(WIDTH, FEATURES, SEED);
        Dictionary differences =
                plain.reading(DictionaryInput.PLAIN.less(new DictionaryInput.Minus("other", Planted.HOOK)));
        EvidenceOptions options = EvidenceOptions.defaults(SEED);
        List<Doc> documents = documents("d", 21);
        List<Doc> turned = new ArrayList<>();
        for (int from = 0; from < documents.size(); from += 7) {
            turned.addAll(documents.subList(from, from + 7).reversed());
        }
        List<Slice> alone = Planted.write(
                folder,
                "y",
                "benign",
                "benign",
                "learning",
                WIDTH,
                7,
                documents,
                (d, r) -> eighths("difference", d, r));
        Path expected = folder.resolve("expected");
        Path found = folder.resolve("found");

        EvidenceFile.write(new EvidencePass(plain, options, 1).run(alone, n -> {}), expected);
        EvidenceFile.write(
                new EvidencePass(differences, options, 2).run(differences(documents, turned), n -> {}), found);

        assertThat(found).hasSameBinaryContentAs(expected);
        Doc first = documents.getFirst();
        int[] tokens = first.tokens().clone();
        tokens[0]++;
        List<Doc> other = new ArrayList<>(documents);
        other.set(0, new Doc(first.id(), first.outcome(), tokens, first.promptRows()));
        assertThatThrownBy(() -> new EvidencePass(differences, options, 1).run(differences(documents, other), n -> {}))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("minus.document[d0]");
        assertThatThrownBy(() -> new EvidencePass(differences, options, 1).run(alone, n -> {}))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("activations less those of model other");
    }

    /** The first value of an eighths row less 2, and the second, along which it was steered, that of the unsteered mean. */
    @Test
    void rowsOfASteeredArmAreReadAsTheyWereLearntFrom() throws Exception {
        Dictionary plain = Planted.random(WIDTH, FEATURES, SEED);
        float[] second = new float[WIDTH];
        second[1] = 1;
        float[] shift = new float[WIDTH];
        shift[0] = 2;
        float[] mean = new float[WIDTH];
        mean[1] = 0.5f;
        Dictionary dictionary = plain.described(
                plain.info().without(List.of(new SteeringRemoved("steered", 10, List.of(second), shift, mean))));
        EvidenceOptions options = EvidenceOptions.defaults(SEED);
        List<Doc> documents = documents("d", 21);
        Path expected = folder.resolve("expected");
        Path found = folder.resolve("found");
        List<Slice> removed = new ArrayList<>(both(documents, true));
        EvidenceFile.write(new EvidencePass(plain, options, 1).run(removed, n -> {}), expected);
        List<Slice> raw = new ArrayList<>(both(documents, false));

        EvidenceFile.write(new EvidencePass(dictionary, options, 2).run(raw, n -> {}), found);

        assertThat(found).hasSameBinaryContentAs(expected);
        EvidenceFile.write(new EvidencePass(plain, options, 2).run(raw, n -> {}), found);
        assertThat(Files.mismatch(found, expected)).isNotNegative();
    }

    /** The same rows as a benign and as a steered arm, whose steering was removed or not. */
    private List<Slice> both(List<Doc> documents, boolean removed) {
        List<Slice> shards = new ArrayList<>();
        for (String arm : List.of("benign", "steered")) {
            shards.addAll(Planted.write(folder, "y-" + arm, arm, arm, "learning", WIDTH, 7, documents, (d, r) -> {
                float[] row = eighths("steered", d, r).clone();
                if (removed && arm.equals("steered")) {
                    row[0] -= 2;
                    row[1] = 0.5f;
                }
                return row;
            }));
        }
        return shards;
    }

    @Test
    void countsEqualTheDenseComputation() throws Exception {
        Dictionary dictionary = Planted.random(WIDTH, FEATURES, SEED);
        List<Doc> benign = documents("b", 60);
        List<Doc> off = documents("o", 40);
        List<Slice> shards = new ArrayList<>(shards("benign", "benign", benign, 7));
        shards.addAll(shards("off", "off-policy", off, 9));

        Evidence evidence = pass(dictionary, 2).run(shards, n -> {});

        assertThat(evidence.arms()).extracting(a -> a.arm().name()).containsExactly("benign", "off");
        assertThat(evidence.documents(DocumentSplit.EXPLAIN)
                        + evidence.documents(DocumentSplit.CALIBRATE)
                        + evidence.documents(DocumentSplit.SCORE))
                .isEqualTo(100);
        for (int a = 0; a < 2; a++) {
            String arm = a == 0 ? "benign" : "off";
            List<Doc> documents = a == 0 ? benign : off;
            for (int j = 0; j < FEATURES; j++) {
                assertFeature(dictionary, evidence, a, arm, documents, j);
            }
        }
    }

    private void assertFeature(
            Dictionary dictionary, Evidence evidence, int a, String arm, List<Doc> documents, int j) {
        long firings = 0;
        double sum = 0;
        long[] density = new long[Density.BINS];
        double[] squares = new double[Positions.BUCKETS];
        Map<String, Float> whole = new HashMap<>();
        Map<String, Float> prompt = new HashMap<>();
        for (Doc document : documents) {
            for (int r = 0; r < document.tokens().length; r++) {
                float z = pre(dictionary, j, row(arm, document, r));
                if (z > dictionary.threshold()[j]) {
                    firings++;
                    sum += z;
                    density[Density.bin(z)]++;
                    squares[Positions.bucket(r)] += (double) z * z;
                    whole.merge(document.id(), z, Math::max);
                    prompt.merge(document.id(), r < document.promptRows() ? z : 0, Math::max);
                }
            }
        }
        Tally tally = evidence.features().get(j).tally(a);
        if (firings == 0) {
            assertThat(tally).isNull();
            return;
        }
        assertThat(tally.firings()).isEqualTo(firings);
        assertThat(tally.firingDocuments()).isEqualTo(whole.size());
        assertThat(tally.mean()).isCloseTo(sum / firings, within(1e-9));
        assertThat(tally.density().counts()).isEqualTo(density);
        for (int b = 0; b < Positions.BUCKETS; b++) {
            assertThat(tally.positions().sumOfSquares(b)).isCloseTo(squares[b], within(1e-6));
        }
        List<Float> strongest = whole.values().stream()
                .sorted(Comparator.reverseOrder())
                .limit(12)
                .toList();
        assertThat(tally.top()).extracting(Example::value).containsExactlyElementsOf(strongest);
        assertThat(tally.top()).extracting(e -> e.document().info().id()).doesNotHaveDuplicates();
        for (Example example : tally.top()) {
            for (int i = 0; i < example.activations().length; i++) {
                Doc document = documents.stream()
                        .filter(d -> d.id().equals(example.document().info().id()))
                        .findFirst()
                        .orElseThrow();
                float z = pre(dictionary, j, row(arm, document, example.from() + i));
                assertThat(example.activations()[i]).isEqualTo(z > dictionary.threshold()[j] ? z : 0);
            }
        }
        DocumentMaxima maxima = evidence.features().get(j).maxima();
        Map<String, Float> seenWhole = new HashMap<>();
        Map<String, Float> seenPrompt = new HashMap<>();
        for (int i = 0; i < maxima.size(); i++) {
            DocumentInfo info = evidence.documents().get(maxima.document(i));
            if (info.arm().name().equals(arm)) {
                seenWhole.put(info.id(), maxima.maximum(i, Scope.WHOLE));
                seenPrompt.put(info.id(), maxima.maximum(i, Scope.BEFORE_OUTPUT));
            }
        }
        for (Doc document : documents) {
            if (document.outcome() == Outcome.UNKNOWN) {
                whole.remove(document.id());
                prompt.remove(document.id());
            }
        }
        assertThat(seenWhole).isEqualTo(whole);
        assertThat(seenPrompt).isEqualTo(prompt);
    }

    @Test
    void threadsChangeNothing() throws Exception {
        Dictionary dictionary = Planted.random(WIDTH, FEATURES, SEED);
        List<Slice> shards = shards("benign", "benign", documents("b", 80), 5);
        Evidence one = pass(dictionary, 1).run(shards, n -> {});
        Evidence two = pass(dictionary, 2).run(shards, n -> {});
        for (int j = 0; j < FEATURES; j++) {
            Tally a = one.features().get(j).tally(0);
            Tally b = two.features().get(j).tally(0);
            assertThat(b == null).isEqualTo(a == null);
            if (a != null) {
                assertThat(b.mean()).isEqualTo(a.mean());
                assertThat(places(b.top())).isEqualTo(places(a.top()));
                assertThat(places(two.features().get(j).drawn(DocumentSplit.SCORE)))
                        .isEqualTo(places(one.features().get(j).drawn(DocumentSplit.SCORE)));
            }
        }
        assertThat(places(two.background(DocumentSplit.EXPLAIN).uniform()))
                .isEqualTo(places(one.background(DocumentSplit.EXPLAIN).uniform()));
    }

    private static List<String> places(List<? extends Site> sites) {
        return sites.stream().map(s -> s.document().info().id() + ":" + s.row()).toList();
    }

    @Test
    void splitsAreDisjointAndFollowTheDocumentAcrossArms() throws Exception {
        Dictionary dictionary = Planted.random(WIDTH, FEATURES, SEED);
        List<Doc> documents = documents("same", 400);
        List<Slice> shards = new ArrayList<>(shards("benign", "benign", documents, 50));
        shards.addAll(shards("base", "base-model", documents, 50));
        Evidence evidence = pass(dictionary, 2).run(shards, n -> {});

        Map<String, DocumentSplit> split = new HashMap<>();
        for (DocumentInfo document : evidence.documents()) {
            assertThat(split.merge(document.id(), document.split(), (a, b) -> a))
                    .isEqualTo(document.split());
        }
        assertThat(evidence.documents(DocumentSplit.EXPLAIN)).isBetween(320, 480);
        assertThat(evidence.documents(DocumentSplit.CALIBRATE)).isBetween(140, 260);
        for (FeatureEvidence feature : evidence.features()) {
            feature.drawn(DocumentSplit.EXPLAIN)
                    .forEach(e -> assertThat(e.document().info().split()).isEqualTo(DocumentSplit.EXPLAIN));
            feature.drawn(DocumentSplit.SCORE)
                    .forEach(e -> assertThat(e.document().info().split()).isEqualTo(DocumentSplit.SCORE));
        }
        evidence.background(DocumentSplit.SCORE)
                .stratified()
                .forEach(s -> assertThat(s.document().info().split()).isEqualTo(DocumentSplit.SCORE));
    }

    @Test
    void aFeatureThatFiresOnceIsKeptWithItsFiring() throws Exception {
        Dictionary dictionary = Planted.identity(4, 0.5f);
        List<Doc> documents = List.of(Doc.ok("quiet", 1, 2, 3), Doc.ok("loud", 4, 5, 6));
        List<Slice> shards = Planted.write(folder, "job", "benign", "benign", "learning", 4, 1, documents, (d, r) -> {
            float[] x = new float[4];
            x[2] = d.id().equals("loud") && r == 1 ? 3 : 0;
            return x;
        });
        Evidence evidence = pass(dictionary, 2).run(shards, n -> {});
        FeatureEvidence rare = evidence.features().get(2);
        assertThat(rare.firings()).isEqualTo(1);
        assertThat(rare.top()).hasSize(1);
        assertThat(rare.top().getFirst().token()).isEqualTo(5);
        assertThat(rare.top().getFirst().activations()).containsExactly(0, 3, 0);
        assertThat(evidence.features().get(1).firings()).isZero();
    }

    @Test
    void aDictionaryOfActivationsLessTheirMeanAtAPositionReadsThose() throws Exception {
        Dictionary dictionary = Planted.identity(2, 0.5f)
                .reading(new DictionaryInput(null, new PositionOffsets(2, 2, new float[] {0, 0, 3, 0})));
        List<Slice> shards = Planted.write(
                folder, "job", "benign", "benign", "learning", 2, 1, List.of(Doc.ok("a", 1, 2, 3)), (d, r) ->
                        new float[] {r == 0 ? 0 : 4, 0});
        Evidence evidence = pass(dictionary, 1).run(shards, n -> {});
        assertThat(evidence.features().getFirst().top().getFirst().activations())
                .containsExactly(0, 1, 1);
    }

    @Test
    void aShardOfTheEvaluationRoleIsRefused() {
        List<Slice> shards = Planted.write(
                folder,
                "job",
                "deployment",
                "benign",
                "evaluation",
                4,
                1,
                List.of(Doc.ok("a", 1)),
                (d, r) -> new float[4]);
        assertThatThrownBy(() -> pass(Planted.identity(4, 0.5f), 2).run(shards, n -> {}))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("role: given 'evaluation'");
    }

    @Test
    void aRowThatIsNotFiniteIsNamed() {
        List<Slice> shards =
                Planted.write(folder, "job", "benign", "benign", "learning", 4, 1, List.of(Doc.ok("a", 1, 2)), (d, r) ->
                        new float[] {0, r == 1 ? Float.NaN : 0, 0, 0});
        assertThatThrownBy(() -> pass(Planted.identity(4, 0.5f), 2).run(shards, n -> {}))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("activation[1][1]");
    }

    private static EvidencePass pass(Dictionary dictionary, int threads) {
        return new EvidencePass(dictionary, EvidenceOptions.defaults(SEED), threads);
    }
}
