package io.concordance.contracts.dictionary;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A dictionary that was trained elsewhere, brought into the form of {@link Dictionary}. What that form does not have is
 * folded in, in double precision and rounded once: decoder rows of other than unit norm, and an encoder that does not
 * subtract the decoder bias. Rows that are of unit norm already keep every bit.
 *
 * <p>A TopK dictionary has no thresholds; whoever imports one measures the mean border on rows, over
 * {@link #unthresholded} and {@link #selectionScale}.
 */
public final class ForeignDictionary {
    private final ForeignConfig config;
    private final Dictionary folded;
    private final float[] norms;
    private final ImportedFrom origin;

    private ForeignDictionary(ForeignConfig config, Dictionary folded, float[] norms, ImportedFrom origin) {
        this.config = config;
        this.folded = folded;
        this.norms = norms;
        this.origin = origin;
    }

    /**
     * Reads either layout.
     *
     * @throws FieldProblem on what is missing, does not fit, is not finite or cannot be folded; its field begins with
     *     {@code config} or {@code weights}
     */
    public static ForeignDictionary read(Path config, Path weights) {
        ForeignConfig stated;
        try {
            stated = ForeignConfig.read(config);
        } catch (FieldProblem e) {
            throw e.inside("config");
        }
        try {
            ForeignWeights given = ForeignWeights.read(stated, weights);
            return fold(stated, given, Digests.sha256(config), Digests.sha256(weights));
        } catch (FieldProblem e) {
            throw e.inside("weights");
        }
    }

    private static ForeignDictionary fold(
            ForeignConfig config, ForeignWeights given, String configSha256, String weightsSha256) {
        int width = config.width();
        float[] norms = new float[config.features()];
        boolean unit = true;
        double[] exact = new double[norms.length];
        for (int j = 0; j < norms.length; j++) {
            exact[j] = Math.sqrt(dot(given.decoder(), given.decoder(), j * width, j * width, width));
            unit &= Math.abs(exact[j] - 1) <= given.unitTolerance();
        }
        for (int j = 0; j < norms.length; j++) {
            exact[j] = unit ? 1 : exact[j];
            norms[j] = (float) exact[j];
            if (!(norms[j] >= Float.MIN_NORMAL) || norms[j] == Float.POSITIVE_INFINITY) {
                throw new FieldProblem("W_dec[" + j + "]", "norm " + norms[j], "a decoder row that is not zero");
            }
            float bias = given.encoderBias()[j];
            if (!config.subtractsBias()) {
                double shift = dot(given.encoder(), given.decoderBias(), j * width, 0, width);
                given.encoderBias()[j] = (float) ((bias + shift) * exact[j]);
            } else if (!unit) {
                given.encoderBias()[j] = (float) (bias * exact[j]);
            }
            if (!unit) {
                for (int i = j * width; i < (j + 1) * width; i++) {
                    given.encoder()[i] = (float) (given.encoder()[i] * exact[j]);
                    given.decoder()[i] = (float) (given.decoder()[i] / exact[j]);
                }
                given.threshold()[j] = (float) (given.threshold()[j] * exact[j]);
            }
            given.threshold()[j] = Math.max(0, given.threshold()[j]);
        }
        ImportedFrom origin = new ImportedFrom(
                config.layout(),
                config.architecture(),
                configSha256,
                weightsSha256,
                unit ? ImportedFrom.KEPT : ImportedFrom.FOLDED,
                config.subtractsBias() ? ImportedFrom.KEPT : ImportedFrom.FOLDED);
        Dictionary folded = new Dictionary(
                width,
                config.features(),
                given.encoder(),
                given.encoderBias(),
                given.decoder(),
                given.decoderBias(),
                given.threshold(),
                new DictionaryInfo("jumprelu", config.training(), config.k(), "", "", 0, 0, 0, 0));
        finite("W_enc", folded.encoder());
        finite("b_enc", folded.encoderBias());
        finite("threshold", folded.threshold());
        return new ForeignDictionary(config, folded, norms, origin);
    }

    private static void finite(String tensor, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new FieldProblem(tensor, values[i] + " after folding", "weights that stay finite");
            }
        }
    }

    private static double dot(float[] a, float[] b, int ao, int bo, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (double) a[ao + i] * b[bo + i];
        }
        return sum;
    }

    public int width() {
        return config.width();
    }

    public int features() {
        return config.features();
    }

    /** Active features a row, where the files say so; else 0. */
    public int k() {
        return config.k();
    }

    /** What it was trained as: {@code standard}, {@code topk}, {@code batchtopk}, {@code jumprelu} or {@code matryoshka}. */
    public String training() {
        return config.training();
    }

    /** Model as the files call it. */
    public @Nullable String model() {
        return config.model();
    }

    /** Hook point as the files call it. */
    public @Nullable String hook() {
        return config.hook();
    }

    public ImportedFrom origin() {
        return origin;
    }

    /** True for a TopK dictionary whose files do not state a border. */
    public boolean needsThreshold() {
        return selectsLargest() && config.threshold() == null;
    }

    /** True for a TopK dictionary: its k largest values of a row are active there, whatever is stated beside. */
    public boolean selectsLargest() {
        return config.architecture().equals("topk");
    }

    /** The dictionary with thresholds of 0: everything that could be selected fires. Meant for measuring. */
    public Dictionary unthresholded() {
        return with(new float[folded.features()], folded.info());
    }

    /** What an activation of {@link #unthresholded} is multiplied by before the k largest of a row are chosen. */
    public float selectionScale(int feature) {
        return config.byNorm() ? 1 : 1 / norms[feature];
    }

    /**
     * The dictionary as it is published.
     *
     * @param border mean of the rows' smallest selected values; of no effect unless {@link #needsThreshold}
     * @param l0 mean number of active features a row, as measured
     * @param fvu fraction of variance unexplained, as measured
     */
    public Dictionary publish(String model, String hook, double border, double l0, double fvu) {
        float[] threshold = folded.threshold();
        boolean even = true;
        if (selectsLargest()) {
            Float stated = config.threshold();
            threshold = new float[folded.features()];
            for (int j = 0; j < threshold.length; j++) {
                threshold[j] = (float) ((stated == null ? border : stated) / selectionScale(j));
                even &= threshold[j] == threshold[0];
            }
        }
        return with(
                threshold,
                new DictionaryInfo(
                        selectsLargest() && !even ? "jumprelu" : config.architecture(),
                        config.training(),
                        config.k(),
                        model,
                        hook,
                        config.seed(),
                        config.tokens(),
                        l0,
                        fvu,
                        null,
                        origin));
    }

    private Dictionary with(float[] threshold, DictionaryInfo info) {
        return new Dictionary(
                folded.width(),
                folded.features(),
                folded.encoder(),
                folded.encoderBias(),
                folded.decoder(),
                folded.decoderBias(),
                threshold,
                info);
    }

    @Override
    public String toString() {
        return config.layout() + " " + config.architecture() + " " + Arrays.toString(new int[] {features(), width()});
    }
}
