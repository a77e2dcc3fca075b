package io.concordance.capture.slice;

import io.concordance.capture.attribution.Attribution;
import io.concordance.capture.attribution.PromptAttribution;
import io.concordance.capture.attribution.PromptAttribution.ByGradient;
import io.concordance.capture.attribution.PromptAttribution.Read;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelRunException;
import io.concordance.capture.model.NotFiniteException;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.gradient.DownstreamModel;
import io.concordance.capture.model.gradient.GradientModel;
import io.concordance.contracts.attribution.AttributionFile.Row;
import io.concordance.contracts.transcript.Outcome;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The attributions of one slice, in batches: prompts read, then attributed by gradients, then run again without groups of
 * features. Results are in the order of the prompts and depend on them and the settings only.
 */
final class SliceAttribution {
    /** Logits of one run, bytes; a backward pass holds a few times that. */
    private static final long BATCH_BYTES = 16L << 20;

    private final PromptAttribution attribution;
    private final Attribution asked;
    private final int batchTokens;
    private final boolean padding;
    private List<Prompt> prompts = List.of();
    private final List<Read> reads = new ArrayList<>();
    private @Nullable ByGradient[] gradients = new ByGradient[0];
    private double[] metrics = new double[0];
    private float[][] effects = new float[0][];

    /**
     * @param tokens of the prompt and of what is forced after it
     * @param prompt how many are the prompt's
     */
    record Prompt(String id, Outcome outcome, int[] tokens, int prompt) {}

    /** @param vocabulary columns of the logits */
    SliceAttribution(
            PromptAttribution attribution, Attribution asked, int vocabulary, int batchTokens, boolean padding) {
        this.attribution = attribution;
        this.asked = asked;
        this.batchTokens = (int) Math.clamp(BATCH_BYTES / ((long) vocabulary * Float.BYTES), 1, batchTokens);
        this.padding = padding;
    }

    /**
     * Runs the model up to the hook and encodes what it gives.
     *
     * @param model gives the hook alone, in single precision
     */
    List<Read> read(HookedModel model, List<Prompt> given) {
        prompts = given;
        Read[] read = new Read[given.size()];
        for (List<Integer> batch : batches(given.stream().map(Prompt::tokens).toList())) {
            TokenBatch tokens =
                    TokenBatch.of(batch.stream().map(i -> given.get(i).tokens).toList());
            try {
                model.run(tokens, (hook, row, values) -> {
                    Prompt prompt = given.get(batch.get(row));
                    read[batch.get(row)] =
                            attribution.read(prompt.tokens, prompt.prompt, values.toArray(ValueLayout.JAVA_FLOAT));
                });
            } catch (NotFiniteException e) {
                throw new ModelRunException("document '" + given.get(batch.get(e.row())).id + "', position "
                        + e.position() + ": the activation at " + e.hook() + " is not finite");
            }
        }
        reads.addAll(List.of(read));
        return reads;
    }

    List<Read> byGradients(GradientModel model) {
        gradients = new ByGradient[reads.size()];
        for (List<Integer> batch : batches(reads.stream().map(Read::tokens).toList())) {
            List<ByGradient> found =
                    attribution.gradients(model, batch.stream().map(reads::get).toList());
            for (int i = 0; i < batch.size(); i++) {
                gradients[batch.get(i)] = found.get(i);
            }
        }
        return reads;
    }

    /** What m is, and what it would be without each group. A group that is silent on a prompt changes nothing there. */
    List<Read> byAblation(DownstreamModel model) {
        List<PromptAttribution.Row> rows = attribution.rows(reads);
        double[] found = new double[rows.size()];
        for (List<Integer> batch :
                batches(rows.stream().map(row -> reads.get(row.read()).tokens()).toList())) {
            double[] values = attribution.metrics(
                    model, reads, batch.stream().map(rows::get).toList());
            for (int i = 0; i < values.length; i++) {
                found[batch.get(i)] = values[i];
            }
        }
        metrics = new double[reads.size()];
        effects = new float[reads.size()][asked.groups().size()];
        for (int i = 0; i < found.length; i++) {
            PromptAttribution.Row row = rows.get(i);
            if (row.group() < 0) {
                metrics[row.read()] = found[i];
            } else {
                effects[row.read()][row.group()] = (float) (metrics[row.read()] - found[i]);
            }
        }
        return reads;
    }

    private List<List<Integer>> batches(List<int[]> texts) {
        return Batches.of(texts.stream().mapToInt(text -> text.length).toArray(), batchTokens, padding);
    }

    /** @throws ModelRunException when a number is not finite */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            Prompt prompt = prompts.get(i);
            Read read = reads.get(i);
            boolean byGradient = gradients.length > 0;
            ByGradient gradient =
                    byGradient ? Objects.requireNonNull(gradients[i]) : new ByGradient(new float[0], new float[0], 0);
            Row row = new Row(
                    prompt.id,
                    prompt.outcome,
                    (float) metrics[i],
                    byGradient ? read.firings().distinct() : new int[0],
                    byGradient ? read.firings().largest() : new float[0],
                    gradient.gradient(),
                    gradient.integrated(),
                    gradient.error(),
                    effects[i]);
            requireFinite(row);
            rows.add(row);
        }
        return rows;
    }

    private static void requireFinite(Row row) {
        for (float[] values : Arrays.asList(
                new float[] {row.metric(), row.error()}, row.gradient(), row.integrated(), row.effects())) {
            for (float value : values) {
                if (!Float.isFinite(value)) {
                    throw new ModelRunException(
                            "document '" + row.document() + "': its attributions are not finite numbers");
                }
            }
        }
    }
}
