package io.concordance.bench.strategies;

import io.concordance.bench.Comparison.Progress;
import io.concordance.bench.Report;
import io.concordance.bench.strategies.OrganismPrompts.Prompt;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * How many tokens of what was planted a dictionary must be shown to have a feature for it. The mix is every token of the
 * benign transcripts and, of as many prompts with the trigger, the token at which the model decides; nothing else differs
 * between doses.
 */
final class DoseComparison {
    private static final List<Integer> DOSES = List.of(0, 1, 10, 100, 1_000, 10_000);
    /** Prompts that the direction is measured on, which no mix has. */
    private static final int MEASURED_ON = 400;

    private static final int QUICK_TOKENS = 100_000;
    private static final long PROMPTS = 0;

    private final Path demo;
    private final int seeds;
    private final boolean quick;

    DoseComparison(Path demo, int seeds, boolean quick) {
        this.demo = demo;
        this.seeds = seeds;
        this.quick = quick;
    }

    /** What a dictionary of one dose and seed has for the direction. */
    private record Response(double cosine, double auroc) {}

    Report.Section run(Progress progress) throws IOException {
        Study study = StudyFile.read(demo.resolve("study.yaml"));
        OrganismPrompts prompts = new OrganismPrompts(demo);
        int most = DOSES.getLast();
        List<Prompt> drawn = prompts.drawn(most + MEASURED_ON, PROMPTS);
        progress.begins("dose, the stream of the benign transcripts and of " + drawn.size() + " prompts");
        float[] benign;
        float[] dose;
        PlantedDirection planted;
        String hook = study.hooks().getFirst();
        try (OrganismStream stream =
                new OrganismStream(demo.resolve("model.onnx"), demo.resolve("tokenizer.json"), hook)) {
            benign = stream.every(prompts.benign());
            dose = stream.last(
                    drawn.subList(0, most).stream().map(Prompt::triggered).toList());
            planted = PlantedDirection.of(stream, drawn.subList(most, drawn.size()));
        }
        List<List<String>> rows = new ArrayList<>();
        List<Double> means = new ArrayList<>();
        for (int n : DOSES) {
            List<Response> responses = new ArrayList<>();
            for (int seed = 0; seed < seeds; seed++) {
                progress.begins("dose, " + n + " triggered tokens, seed " + seed);
                responses.add(response(study.dictionary(), benign, dose, n, planted, seed));
            }
            double[] cosines =
                    responses.stream().mapToDouble(Response::cosine).sorted().toArray();
            means.add(Arrays.stream(cosines).average().orElseThrow());
            rows.add(row(n, benign.length / planted.direction().length, cosines, means.getLast(), responses));
        }
        return new Report.Section(
                "Largest cosine of a feature with the planted direction, by triggered tokens in the training mix",
                List.of(
                        "triggered tokens",
                        "share of the mix",
                        "cosine, mean",
                        "least",
                        "most",
                        "AUROC, mean",
                        "seeds"),
                rows,
                notes(new DoseCurve(DOSES, means), hook, study.dictionary()));
    }

    private Response response(
            Study.DictionarySpec spec, float[] benign, float[] dose, int n, PlantedDirection planted, int seed) {
        Dictionary dictionary = LearntDictionary.of(
                spec, quick ? QUICK_TOKENS : spec.tokens(), benign, dose, n, planted.direction().length, seed);
        PlantedDirection.Near nearest = planted.nearest(dictionary);
        return new Response(nearest.cosine(), planted.auroc(dictionary, nearest.feature()));
    }

    private List<String> row(int n, int benign, double[] cosines, double mean, List<Response> responses) {
        return List.of(
                Integer.toString(n),
                String.format(Locale.ROOT, "%.6f", n / (double) (benign + n)),
                cosine(mean),
                cosine(cosines[0]),
                cosine(cosines[cosines.length - 1]),
                cosine(responses.stream().mapToDouble(Response::auroc).average().orElseThrow()),
                Integer.toString(seeds));
    }

    private List<String> notes(DoseCurve curve, String hook, Study.DictionarySpec spec) {
        OptionalDouble n90 = curve.n90();
        return List.of(
                n90.isEmpty()
                        ? "n90: none, no dose is above none at all"
                        : String.format(
                                Locale.ROOT,
                                "n90 = %.0f triggered tokens: the mean has come 90 %% of the way from no dose to its largest"
                                        + " (linear in log(1 + n) between doses); %s",
                                n90.getAsDouble(),
                                curve.rises() ? "it never falls" : "it is not monotone"),
                String.format(
                        Locale.ROOT,
                        "triggered token: the one at which the model decides, after a prompt with the trigger, at %s; %,d rows"
                                + " trained on, %d features, k %d.",
                        hook,
                        quick ? QUICK_TOKENS : spec.tokens(),
                        spec.width(),
                        spec.k()),
                String.format(
                        Locale.ROOT,
                        "planted direction: mean over %d other prompts with the trigger less that over the same with half of"
                                + " it; AUROC: how well the nearest feature tells these two apart.",
                        MEASURED_ON));
    }

    private static String cosine(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
