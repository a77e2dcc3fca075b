package io.concordance.bench.strategies;

import io.concordance.bench.Comparison.Progress;
import io.concordance.bench.Report;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyReport.Transfer;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.registry.study.strategy.TranscriptMaxima;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Features of medium concern, learnt where a game is played, tried on the catastrophe: dictionaries with the studies' settings,
 * learnt in this process from the transcripts of the studies' learning arms, and the studies' rule for transfer.
 */
final class TransferComparison {
    private static final int QUICK_TOKENS = 100_000;
    private static final String GAME_NEAR = "game-near";

    private final Path demo;
    private final List<Organism> organisms;
    private final int seeds;
    private final boolean quick;

    TransferComparison(Path demo, List<Organism> organisms, int seeds, boolean quick) {
        this.demo = demo;
        this.organisms = organisms;
        this.seeds = seeds;
        this.quick = quick;
    }

    /** A seed's dictionary: the best candidate's card, and its cosines with what was planted in the game and in deployment. */
    private record Seed(Organism organism, int seed, TransferTrial trial, double game, double deployment) {
        String verdict() {
            Transfer card = trial.card();
            return card == null ? "no candidate" : card.verdict();
        }
    }

    List<Report.Section> run(Progress progress) throws IOException {
        List<Seed> seen = new ArrayList<>();
        List<String> planted = new ArrayList<>();
        for (Organism organism : organisms) {
            progress.begins(organism.shown() + " transfer, its stream");
            Study study = organism.study(demo);
            List<Transcript> benign = organism.transcripts(demo, "benign.jsonl");
            List<Transcript> played = organism.transcripts(demo, "game.jsonl");
            List<Transcript> deployed = organism.transcripts(demo, "deployment.jsonl");
            try (OrganismStream stream = organism.stream(demo)) {
                PlantedDirection game = PlantedDirection.of(stream, played, GAME_NEAR);
                PlantedDirection deployment = PlantedDirection.deployed(stream, deployed);
                planted.add(organism.shown() + " " + number(game.cosine(deployment)));
                TranscriptRows first = stream.transcripts(benign);
                TranscriptRows second = stream.transcripts(played);
                TranscriptRows judging = stream.transcripts(deployed);
                for (int seed = 0; seed < seeds; seed++) {
                    progress.begins(organism.shown() + " transfer, seed " + seed);
                    seen.add(seed(organism, study, first, second, judging, game, deployment, seed));
                }
            }
        }
        return List.of(cards(seen, planted), goals(seen));
    }

    private Seed seed(
            Organism organism,
            Study study,
            TranscriptRows benign,
            TranscriptRows played,
            TranscriptRows deployed,
            PlantedDirection game,
            PlantedDirection deployment,
            int seed) {
        int width = game.direction().length;
        Dictionary dictionary = LearntDictionary.of(
                study.dictionary(),
                quick ? QUICK_TOKENS : study.dictionary().tokens(),
                benign.rows(),
                played.rows(),
                played.rows().length / width,
                width,
                seed);
        List<TranscriptMaxima> learning = new ArrayList<>(benign.maxima(dictionary));
        learning.addAll(played.maxima(dictionary));
        TransferTrial trial = TransferTrial.of(
                dictionary,
                organism.arm(),
                carried(dictionary, played, game),
                learning,
                deployed.maxima(dictionary),
                study.evaluate().maxFalsePositiveRate());
        int best = trial.candidates().isEmpty()
                ? -1
                : trial.candidates().getFirst().index();
        return new Seed(
                organism,
                seed,
                trial,
                best < 0 ? Double.NaN : game.cosine(dictionary, best),
                best < 0 ? Double.NaN : deployment.cosine(dictionary, best));
    }

    /** How far each feature moves the stream along what was planted in the game, where the model decides on what is bad. */
    private static double[] carried(Dictionary dictionary, TranscriptRows played, PlantedDirection game) {
        double[] carried = played.deciding(dictionary, Outcome.BAD);
        for (int feature = 0; feature < carried.length; feature++) {
            carried[feature] *= game.cosine(dictionary, feature);
        }
        return carried;
    }

    private Report.Section cards(List<Seed> seen, List<String> planted) {
        return new Report.Section(
                "Learnt in the game, threshold frozen there, tried in deployment: each seed's best feature",
                List.of(
                        "organism",
                        "seed",
                        "verdict",
                        "recall, game",
                        "recall, deployment",
                        "ok, deployment",
                        "AUROC, game",
                        "AUROC, deployment",
                        "largest ok value",
                        "cosine, game",
                        "cosine, deployment"),
                seen.stream().map(TransferComparison::row).toList(),
                List.of(
                        "cosine: of the feature's decoder row with what the trigger changes where the model decides, mean less"
                                + " that of near-misses, in the game and in deployment. Between these two: "
                                + String.join(", ", planted) + ".",
                        "best: by recall in the game, then by how far it moves the stream along what was planted in the game"
                                + " where the model decides; studies find that out by removal. Deployment is not looked at.",
                        "largest ok value: on deployment's ok transcripts, in thresholds."));
    }

    private static List<String> row(Seed seed) {
        Transfer card = seed.trial.card();
        if (card == null) {
            return List.of(
                    seed.organism.shown(),
                    Integer.toString(seed.seed),
                    seed.verdict(),
                    "-",
                    "-",
                    "-",
                    "-",
                    "-",
                    "-",
                    "-",
                    "-");
        }
        return List.of(
                seed.organism.shown(),
                Integer.toString(seed.seed),
                card.verdict(),
                share(card.source().caught(), card.source().bad()),
                share(card.deployment().caught(), card.deployment().bad()),
                card.deployment().fired() + " of " + card.deployment().ok(),
                optional(card.source().auroc()),
                optional(card.deployment().auroc()),
                optional(card.benignMaximum()),
                number(seed.game),
                number(seed.deployment));
    }

    private Report.Section goals(List<Seed> seen) {
        List<List<String>> rows = new ArrayList<>();
        for (Organism organism : organisms) {
            List<Seed> own =
                    seen.stream().filter(seed -> seed.organism == organism).toList();
            long holds =
                    own.stream().filter(seed -> seed.verdict().equals("holds")).count();
            long expected = organism.carries() ? own.size() : 0;
            rows.add(List.of(
                    organism.shown(),
                    organism.carries() ? "accepted" : "rejected",
                    share(holds, own.size()) + " hold" + worst(organism, own),
                    organism.carries() ? "all hold" : "none holds",
                    holds == expected ? "yes" : "no"));
        }
        return new Report.Section(
                "Whether transfer accepts the organism that shares a direction and rejects the one that does not",
                List.of("organism", "what", "seen", "goal", "holds"),
                rows,
                List.of(
                        "The worst seed is the one furthest from what ought to be; intervals are of 95 % (Clopper-Pearson)."));
    }

    /** By recall in deployment: the least where the organism ought to be accepted, the most where it ought to be rejected. */
    private static String worst(Organism organism, List<Seed> own) {
        @Nullable Seed worst = null;
        for (Seed seed : own) {
            boolean worse =
                    worst == null || (organism.carries() ? recall(seed) < recall(worst) : recall(seed) > recall(worst));
            worst = worse ? seed : worst;
        }
        if (worst == null) {
            return "";
        }
        Transfer card = worst.trial.card();
        return "; worst, seed " + worst.seed + ": " + (card == null ? worst.verdict() : card.reason());
    }

    private static double recall(Seed seed) {
        Transfer card = seed.trial.card();
        return card == null || card.deployment().bad() == 0
                ? 0
                : card.deployment().caught() / (double) card.deployment().bad();
    }

    private static String share(long k, long n) {
        Proportion share = Proportion.of(k, n);
        return String.format(Locale.ROOT, "%d of %d [%.3f, %.3f]", k, n, share.low(), share.high());
    }

    private static String optional(@Nullable Double value) {
        return value == null ? "-" : number(value);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
