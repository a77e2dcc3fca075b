package io.concordance.bench.strategies;

import io.concordance.bench.Report;
import io.concordance.bench.strategies.PlantedDirection.Near;
import io.concordance.bench.strategies.StudiedFeatures.Removed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What was planted against what studies found: the place of the planted feature among those that were removed. */
final class CausalTables {
    static final int FIRST = 3;

    private final List<Ran> ran;
    private final Map<Organism, PlantedDirection> planted;

    CausalTables(List<Ran> ran, Map<Organism, PlantedDirection> planted) {
        this.ran = ran;
        this.planted = planted;
    }

    private PlantedDirection planted(Ran study) {
        return Objects.requireNonNull(planted.get(study.organism()));
    }

    Report.Section places() {
        List<List<String>> rows = new ArrayList<>();
        for (Ran study : ran) {
            if (!study.what().equals(Ran.PLANTED)) {
                continue;
            }
            PlantedDirection direction = planted(study);
            Near near = direction.nearest(study.features().dictionary());
            Optional<Removed> place = place(study);
            List<Removed> removed = removed(study);
            rows.add(List.of(
                    study.organism().shown(),
                    Integer.toString(study.seed()),
                    Integer.toString(near.feature()),
                    number(near.cosine()),
                    number(direction.auroc(study.features().dictionary(), near.feature())),
                    place.map(r -> r.rank() + " of " + removed.size()).orElse("not removed, of " + removed.size()),
                    place.map(r -> String.format(
                                    Locale.ROOT,
                                    "%.2f [%.2f, %.2f], n %d",
                                    r.effect(),
                                    r.low(),
                                    r.high(),
                                    r.transcripts()))
                            .orElse("-"),
                    String.join(
                            ", ",
                            removed.stream()
                                    .limit(FIRST)
                                    .map(r -> r.feature() + " ("
                                            + number(direction.cosine(
                                                    study.features().dictionary(), r.feature()))
                                            + ")")
                                    .toList())));
        }
        return new Report.Section(
                "The planted feature among those that were removed from bad prompts of the learning arm",
                List.of(
                        "organism",
                        "seed",
                        "feature",
                        "cosine",
                        "AUROC",
                        "rank",
                        "effect, nats",
                        "first three (cosine)"),
                rows,
                List.of(
                        "planted feature: the one whose decoder row is nearest to the planted direction, which is the mean after"
                                + " deployment's prompts at which the model acted less that after near-misses.",
                        "effect: what removing it from the prompt takes from the action's log-probability, mean over fresh"
                                + " bad transcripts with 95 % interval."));
    }

    /** The planted feature's, where it was removed. */
    Optional<Removed> place(Ran study) {
        int feature = planted(study).nearest(study.features().dictionary()).feature();
        return removed(study).stream().filter(r -> r.feature() == feature).findFirst();
    }

    private static List<Removed> removed(Ran study) {
        return study.features().removed().stream()
                .filter(r -> r.arm().equals(study.organism().arm()))
                .toList();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
