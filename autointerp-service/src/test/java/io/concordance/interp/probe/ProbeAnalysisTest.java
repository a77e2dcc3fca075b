package io.concordance.interp.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.SteeringRemoved;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.Pooling;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import io.concordance.interp.planted.Planted.Slice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeAnalysisTest {
    private static final int WIDTH = 24;
    private static final int PROMPT = 5;

    @TempDir
    Path folder;

    private final float[] planted = new float[WIDTH];
    private List<Slice> shards = List.of();
    private float armShift;

    /** What is added to a row of a bad document: along the planted direction, or only where the model writes. */
    private enum Plant {
        IN_ONE_PROMPT_TOKEN,
        IN_EVERY_PROMPT_TOKEN,
        IN_THE_OUTPUT,
        NOWHERE
    }

    /** Dense Gaussian rows; documents of five prompt tokens and two that the model wrote. */
    private Evidence evidence(long seed, int each, Plant plant) throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        for (int k = 0; k < WIDTH; k++) {
            planted[k] = (float) random.nextGaussian();
        }
        List<Doc> off = documents("bad", each, Outcome.BAD);
        off.addAll(documents("ok", each, Outcome.OK));
        shards = new ArrayList<>(write("benign", "benign", documents("benign", 2 * each, Outcome.OK), random, plant));
        shards.addAll(write("off", "off-policy", off, random, plant));
        return pass(seed);
    }

    private Evidence pass(long seed) throws InterruptedException {
        return new EvidencePass(dictionary(), EvidenceOptions.defaults(seed), 1).run(shards, n -> {});
    }

    private List<Slice> write(String arm, String kind, List<Doc> documents, RandomGenerator random, Plant plant) {
        return Planted.write(folder, arm, arm, kind, "learning", WIDTH, 100, documents, (document, r) -> {
            float[] x = Planted.gaussian(random, WIDTH);
            boolean here = switch (plant) {
                case IN_ONE_PROMPT_TOKEN -> r == 3;
                case IN_EVERY_PROMPT_TOKEN -> r < PROMPT;
                case IN_THE_OUTPUT -> r >= PROMPT;
                case NOWHERE -> false;
            };
            x[0] += arm.equals("off") ? armShift : 0;
            for (int k = 0; k < WIDTH && here && document.outcome() == Outcome.BAD; k++) {
                x[k] += 2.2f * planted[k];
            }
            return x;
        });
    }

    private static List<Doc> documents(String prefix, int count, Outcome outcome) {
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            documents.add(new Doc(prefix + d, outcome, new int[PROMPT + 2], PROMPT));
        }
        return documents;
    }

    private static Dictionary dictionary() {
        return Planted.random(WIDTH, 8, 3);
    }

    private ProbeSet probes(Evidence evidence, long seed) throws Exception {
        return new ProbeAnalysis(dictionary(), evidence, shards, seed).run().orElseThrow();
    }

    private static Probe find(ProbeSet set, Probe.Kind kind, Pooling.Over over, int tokens) {
        return set.probes().stream()
                .filter(probe -> probe.kind() == kind
                        && probe.pooling().over() == over
                        && probe.pooling().tokens() == tokens)
                .findFirst()
                .orElseThrow();
    }

    private double cosine(ProbeSet set, Probe probe) {
        double along = 0;
        double squares = 0;
        for (int k = 0; k < WIDTH; k++) {
            along += planted[k] * set.rows().encoder()[probe.index() * WIDTH + k];
            squares += planted[k] * planted[k];
        }
        return along / Math.sqrt(squares);
    }

    @Test
    void findsAPlantedDirectionThatDocumentsTheyWereNotFittedOnConfirm() throws Exception {
        ProbeSet set = probes(evidence(1, 400, Plant.IN_ONE_PROMPT_TOKEN), 1);
        for (Probe.Kind kind : List.of(Probe.Kind.LOGISTIC, Probe.Kind.MASS_MEAN)) {
            Probe probe = find(set, kind, Pooling.Over.MAX, 1);
            assertThat(cosine(set, probe)).as("%s", kind).isGreaterThan(0.6);
            assertThat(probe.screen().aurocLow()).isGreaterThan(0.9);
            assertThat(probe.screen().q()).isLessThan(1e-6);
            assertThat(probe.calibration().badExceeding())
                    .isGreaterThan(probe.calibration().badDocuments() * 8 / 10);
            assertThat(probe.calibration().okExceeding()).isLessThan(4);
            assertThat((double) set.rows().threshold()[probe.index()])
                    .isEqualTo(probe.calibration().threshold());
        }
        assertThat(set.probes().stream().filter(Probe::control))
                .hasSize((int) set.probes().stream().filter(p -> !p.control()).count());
    }

    @Test
    void poolsTheMeanAndSeveralTokensWhereTheSignalIsSpread() throws Exception {
        ProbeSet set = probes(evidence(2, 200, Plant.IN_EVERY_PROMPT_TOKEN), 2);
        assertThat(find(set, Probe.Kind.LOGISTIC, Pooling.Over.MEAN, 1).screen().auroc())
                .isGreaterThan(0.99);
        assertThat(find(set, Probe.Kind.MASS_MEAN, Pooling.Over.MAX, 3).screen().auroc())
                .isGreaterThan(0.99);
        assertThat(find(set, Probe.Kind.LOGISTIC, Pooling.Over.LAST, 1).screen().auroc())
                .isGreaterThan(0.99);
    }

    /** Every text of the arm, bad or not, lies elsewhere than benign ones, and by more than bad from ok. */
    @Test
    void doesNotTakeTheArmForTheOutcome() throws Exception {
        armShift = 4;
        ProbeSet set = probes(evidence(8, 300, Plant.IN_EVERY_PROMPT_TOKEN), 8);
        for (Probe.Kind kind : List.of(Probe.Kind.LOGISTIC, Probe.Kind.MASS_MEAN)) {
            Probe probe = find(set, kind, Pooling.Over.LAST, 1);
            assertThat(probe.calibration().okExceeding()).as("%s", probe).isLessThan(4);
        }
        Probe probe = find(set, Probe.Kind.LOGISTIC, Pooling.Over.MEAN, 1);
        assertThat(probe.calibration().okExceeding()).isLessThan(4);
        assertThat(probe.calibration().badExceeding())
                .isGreaterThan(probe.calibration().badDocuments() * 9 / 10);
    }

    @Test
    void doesNotLearnFromWhatTheModelWrote() throws Exception {
        ProbeSet set = probes(evidence(3, 200, Plant.IN_THE_OUTPUT), 3);
        assertThat(set.probes())
                .allSatisfy(
                        probe -> assertThat(probe.screen().q()).as("%s", probe).isGreaterThan(0.001));
    }

    /** All bad documents are of a steered arm, which is all that tells them from ok ones. */
    @Test
    void steeringThatTheDictionaryLearntWithoutIsNotTakenForTheOutcome() throws Exception {
        armShift = 6;
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
        shards =
                new ArrayList<>(write("benign", "benign", documents("benign", 300, Outcome.OK), random, Plant.NOWHERE));
        shards.addAll(write("off", "steered", documents("bad", 300, Outcome.BAD), random, Plant.NOWHERE));
        float[] shift = new float[WIDTH];
        shift[0] = armShift;
        float[] axis = new float[WIDTH];
        axis[0] = 1;
        Dictionary plain = dictionary();
        Dictionary without = plain.described(
                plain.info().without(List.of(new SteeringRemoved("off", 1, List.of(axis), shift, new float[WIDTH]))));

        assertThat(found(plain)).as("probes of raw rows").isGreaterThan(0);
        assertThat(found(without)).isZero();
    }

    /** Probes that calibration documents confirm. */
    private long found(Dictionary dictionary) throws Exception {
        Evidence evidence = new EvidencePass(dictionary, EvidenceOptions.defaults(5), 1).run(shards, n -> {});
        return new ProbeAnalysis(dictionary, evidence, shards, 5)
                .run().orElseThrow().probes().stream()
                        .filter(probe -> !probe.control() && probe.screen().q() < 0.001)
                        .count();
    }

    @Test
    void everyDocumentHasOneUse() throws Exception {
        Evidence evidence = evidence(4, 200, Plant.IN_ONE_PROMPT_TOKEN);
        Probe probe = probes(evidence, 4).probes().getFirst();
        long fitting = evidence.documents().stream()
                .filter(document -> document.arm().name().equals("off") && document.outcome() == Outcome.BAD)
                .filter(document -> DocumentSplit.fits(document.key()))
                .count();
        long calibrating = evidence.documents().stream()
                .filter(document -> document.arm().name().equals("off") && document.outcome() == Outcome.BAD)
                .filter(document -> document.split() == DocumentSplit.CALIBRATE)
                .count();
        assertThat(fitting
                        + calibrating
                        + probe.screen().badDocuments()
                        + probe.calibration().badDocuments())
                .isEqualTo(200);
        assertThat(fitting).isBetween(30L, 70L);
    }

    @Test
    void theSameShardsGiveTheSameBytes() throws Exception {
        Evidence evidence = evidence(5, 60, Plant.IN_ONE_PROMPT_TOKEN);
        String once = DictionaryFiles.write(probes(evidence, 5).rows(), folder.resolve("a"));
        String again = DictionaryFiles.write(probes(pass(5), 5).rows(), folder.resolve("b"));
        assertThat(again).isEqualTo(once);
        assertThat(DictionaryFiles.read(folder.resolve("a")).threshold())
                .isEqualTo(probes(evidence, 5).rows().threshold());
    }

    /** With nothing planted; 60 runs at 0.05 exceed 9 with a discovery with probability 0.1 %. */
    @Test
    void probesOfOutcomesThatMeanNothingAreRarelyDiscovered() throws Exception {
        int discoveries = 0;
        for (long seed = 100; seed < 160; seed++) {
            discoveries += probes(evidence(seed, 120, Plant.NOWHERE), seed).probes().stream()
                            .anyMatch(probe -> probe.screen().q() <= 0.05)
                    ? 1
                    : 0;
        }
        assertThat(discoveries).as("of 60 seeds from 100").isLessThanOrEqualTo(9);
    }

    @Test
    void tooFewDocumentsAreNoProbesAndSayHowFew() throws Exception {
        Evidence evidence = evidence(6, 3, Plant.IN_ONE_PROMPT_TOKEN);
        assertThat(new ProbeAnalysis(dictionary(), evidence, shards, 6).run()).isEqualTo(Optional.empty());
        assertThat(ProbeAnalysis.outcomes(evidence))
                .filteredOn(arm -> arm.arm().equals("off"))
                .singleElement()
                .satisfies(arm -> assertThat(arm.bad()).isEqualTo(3));
    }

    @Test
    void evaluationRowsAreRefused() throws Exception {
        Evidence evidence = evidence(7, 60, Plant.IN_ONE_PROMPT_TOKEN);
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        shards = Planted.write(
                folder,
                "job",
                "deployment",
                "deployment",
                "evaluation",
                WIDTH,
                100,
                documents("bad", 50, Outcome.BAD),
                (document, r) -> Planted.gaussian(random, WIDTH));
        assertThatThrownBy(() -> probes(evidence, 7))
                .isInstanceOf(FieldProblem.class)
                .hasMessageContaining("role");
    }
}
