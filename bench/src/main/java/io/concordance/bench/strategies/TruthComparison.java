package io.concordance.bench.strategies;

import io.concordance.bench.Comparison.Progress;
import io.concordance.bench.Report;
import io.concordance.bench.strategies.TruthTrial.Tried;
import io.concordance.contracts.statistics.PairedDifference;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.interp.iti.ArmOutcome;
import io.concordance.interp.iti.Sweep;
import io.concordance.interp.iti.TruthName.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Inference-time intervention on clerks of every edit and training seed, and whether it may be called truth. */
final class TruthComparison {
    private static final List<String> EDITS = List.of("truth", "obedient", "style");
    private static final int MOST = 10;
    private static final List<Integer> HEADS = List.of(1, 2, 4, 8);
    private static final List<Double> ALPHAS = List.of(1.0, 1.5, 2.0, 3.0, 4.0);

    private final Path folder;

    /** @param demo folder of what is bundled */
    TruthComparison(Path demo) {
        this.folder = demo.resolve("facts");
    }

    List<Report.Section> run(boolean quick, Progress progress) throws IOException {
        TruthTrial trial = new TruthTrial(folder, Sweep.settings(HEADS, ALPHAS));
        List<List<String>> names = new ArrayList<>();
        List<List<String>> arms = new ArrayList<>();
        Map<String, Integer> clerks = new LinkedHashMap<>();
        Map<String, Integer> granted = new LinkedHashMap<>();
        int styles = seeds("style");
        for (String edit : EDITS) {
            for (int seed = 0; seed < (quick ? 1 : seeds(edit)); seed++) {
                progress.begins("truth, " + edit + ", seed " + seed);
                Tried tried = trial.run(edit, seed, (seed + 1) % styles);
                clerks.merge(edit, 1, Integer::sum);
                granted.merge(edit, tried.name().verdict() == Verdict.GRANTED ? 1 : 0, Integer::sum);
                names.add(name(edit, seed, tried));
                if (seed == 0) {
                    tried.arms().forEach(arm -> arms.add(arm(edit, arm)));
                }
            }
        }
        return List.of(
                new Report.Section(
                        "Inference-time intervention: may the direction be called truth",
                        List.of(
                                "edit",
                                "seed",
                                "best head",
                                "K",
                                "alpha",
                                "KL",
                                "gain",
                                "over persona",
                                "over random directions",
                                "over random heads",
                                "style gain",
                                "truth"),
                        names,
                        List.of(
                                "Goal: of style-only clerks at most 1 of 10 called truth, " + granted.get("style")
                                        + " of "
                                        + clerks.get("style") + " seen; truth edits: " + granted.get("truth") + " of "
                                        + clerks.get("truth") + "; obedient ones, which a persona's prompt matches: "
                                        + granted.get("obedient") + " of " + clerks.get("obedient") + ".",
                                "best head: held-out accuracy of its logistic probe. KL: nats a token, every token of benign text"
                                        + " shifted.",
                                "gain and the rest: differences of truthful and informative answers, prompt by prompt, with 95 %"
                                        + " intervals (Agresti and Min). Each clerk is held against the style-only one of the next seed.")),
                new Report.Section(
                        "Answers by arm, first seed of each edit",
                        List.of("edit", "arm", "truthful", "informative", "both", "hedged", "truthful over base"),
                        arms,
                        List.of(
                                "Rates with 95 % intervals (Clopper-Pearson). An answer that says nothing is truthful.")));
    }

    private int seeds(String edit) {
        int seeds = 0;
        while (seeds < MOST && Files.exists(folder.resolve(edit + "-" + seeds + ".onnx"))) {
            seeds++;
        }
        return seeds;
    }

    private static List<String> name(String edit, int seed, Tried tried) {
        PairedDifference style = tried.name().styleGain();
        return List.of(
                edit,
                Integer.toString(seed),
                shown(tried.probes().getFirst().accuracy()),
                Integer.toString(tried.chosen().setting().heads()),
                Double.toString(tried.chosen().setting().alpha()),
                String.format(Locale.ROOT, "%.2f", tried.chosen().cost().kl()),
                shown(tried.name().gain()),
                shown(tried.name().overPersona()),
                shown(tried.name().overRandomDirections()),
                shown(tried.name().overRandomHeads()),
                style == null ? "" : shown(style),
                tried.name().verdict().name().toLowerCase(Locale.ROOT));
    }

    private static List<String> arm(String edit, ArmOutcome arm) {
        return List.of(
                edit,
                arm.arm(),
                shown(arm.truthful()),
                shown(arm.informative()),
                shown(arm.both()),
                shown(arm.hedged()),
                shown(arm.truthfulOverBase()));
    }

    private static String shown(Proportion share) {
        return String.format(Locale.ROOT, "%d of %d [%.2f, %.2f]", share.k(), share.n(), share.low(), share.high());
    }

    private static String shown(PairedDifference difference) {
        return String.format(
                Locale.ROOT, "%+.2f [%+.2f, %+.2f]", difference.difference(), difference.low(), difference.high());
    }
}
