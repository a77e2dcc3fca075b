package io.concordance.contracts.study;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A study: which model, which question, where the dictionary may learn, and what judges the finding. Paths are relative
 * to the study file. Made by {@link StudyFile}, which checks every field.
 *
 * @param base a clean or pre-safety twin of the model; needed by arms of kind {@code base-model}
 * @param hooks canonical or short hook point names; the dictionary learns at the first
 */
public record Study(
        String apiVersion,
        String kind,
        String name,
        Model model,
        @Nullable Model base,
        List<String> hooks,
        Scenario scenario,
        List<Arm> arms,
        DictionarySpec dictionary,
        Evaluation evaluate) {

    public static final String API_VERSION = "concordance/v1";

    /** A model to register: paths of its ONNX file and its {@code tokenizer.json}, or {@code maven:<name>}. */
    public record Model(String name, String onnx, String tokenizer) {}

    /** The triple: what the feature should mean, in which model, before which catastrophic action. */
    public record Scenario(String feature, String model, Action action) {}

    /** What counts as the catastrophic action in a continuation: {@code kind} is {@code text}. */
    public record Action(String kind, String contains) {}

    /**
     * Where the dictionary may learn.
     *
     * @param kind one of {@link ArmKind#names()}
     * @param transcripts path of a JSON lines file
     * @param search how to look for perturbations, only for kind {@code perturbed} and without {@code steer}. The model
     *     writes while pushed along each direction that is found; what it wrote is read by the model as deployed
     * @param systemPrompt what the model is told first, only for kind {@code instructed}
     * @param generate has the model continue every transcript from its first output span on; its outcome is then whether
     *     the scenario's action is in what it wrote
     * @param steer what is done to the model while it writes, only for kinds {@code perturbed} and {@code steered}
     * @param action what counts as bad in the arm where that is not the scenario's action, only for kind {@code role-play}
     * @param learn what is learnt from. Of a steered model {@code replay} (when absent), what it wrote, read by the model as
     *     deployed; or {@code steered}, the steered model itself while it wrote, less the steering directions and what
     *     steering does to all rows alike. Of the base model {@code mix} (when absent), its rows among those of the other
     *     arms; {@code alone}, a dictionary of this arm alone, which then reads the model's arms; or {@code difference}, a
     *     dictionary of what the model has at every token of this arm and the base model has not
     */
    public record Arm(
            String name,
            String kind,
            String transcripts,
            @Nullable Search search,
            @Nullable String systemPrompt,
            @Nullable Generate generate,
            @Nullable List<Steer> steer,
            @Nullable Action action,
            @Nullable String learn) {

        /** The steered model itself, as {@code learn} says it. */
        public static final String STEERED = "steered";

        /** What a steered model wrote. */
        public static final String REPLAY = "replay";

        /** The base model's rows among those of the other arms. */
        public static final String MIX = "mix";

        /** A dictionary of the base model alone. */
        public static final String ALONE = "alone";

        /** A dictionary of what the model has and the base model has not. */
        public static final String DIFFERENCE = "difference";

        /** Transcripts as they are. */
        public Arm(String name, String kind, String transcripts, @Nullable Search search) {
            this(name, kind, transcripts, search, null, null, null, null, null);
        }

        /** Whether the steered model itself is learnt from. */
        public boolean learnsSteered() {
            return STEERED.equals(learn);
        }

        /** Whether transcripts are read as they stand. */
        public boolean standsAsItIs() {
            return search == null && generate == null && steer == null;
        }
    }

    /**
     * How the model writes.
     *
     * @param tokens at most
     * @param temperature 0, the likeliest token, when absent; {@code topP} 1, {@code seed} 0
     */
    public record Generate(
            int tokens,
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Long seed,
            @Nullable List<String> stop) {}

    /**
     * An intervention along a direction, as capture jobs have them. The direction is one of {@code vector}, {@code direction}
     * and {@code feature}.
     *
     * @param kind {@code add} or {@code ablate-direction}
     * @param scale 1, absolute, when absent
     * @param positions {@code "all"} when absent, {@code "last"}, {@code "prompt"}, {@code "generated"}, or a list of
     *     token positions
     */
    public record Steer(
            String hook,
            String kind,
            @Nullable List<Double> vector,
            @Nullable Stored direction,
            @Nullable FeatureRef feature,
            @Nullable Scale scale,
            @Nullable JsonNode positions) {}

    /** A direction in the object store. */
    public record Stored(String key, String sha256) {}

    /** The decoder row of a feature. */
    public record FeatureRef(String dictionary, int index) {}

    /** How far; {@code unit} is {@code absolute}, {@code residual-norm} or {@code sigma}. */
    public record Scale(double value, String unit) {}

    /**
     * Search for steering directions between two hooks.
     *
     * @param source hook where directions are added; {@code target} where their change is measured, a later hook or
     *     {@code logits} for that of the next token's distribution
     * @param directions how many at each radius
     * @param radius lengths, in mean lengths of the stream at the source
     * @param seed 0 when absent
     */
    public record Search(
            String source,
            String target,
            int directions,
            List<Double> radius,
            @Nullable Long seed) {}

    /**
     * @param width number of features
     * @param k target number of active features a row
     * @param activation {@code batchtopk} or {@code topk}
     * @param tokens rows to train on, counting every epoch
     */
    public record DictionarySpec(int width, int k, String activation, long tokens, long seed) {}

    /**
     * Held-out transcripts, never trained on, and the false-positive rate, per transcript, that a monitor may cost.
     */
    public record Evaluation(String transcripts, double maxFalsePositiveRate) {}

    /** What counts as bad in an arm of this study. */
    public Action badIn(Arm arm) {
        Action own = arm.action();
        return own == null ? scenario.action() : own;
    }

    /** The same study with another dictionary seed. */
    public Study withSeed(long seed) {
        return new Study(
                apiVersion,
                kind,
                name,
                model,
                base,
                hooks,
                scenario,
                arms,
                new DictionarySpec(dictionary.width, dictionary.k, dictionary.activation, dictionary.tokens, seed),
                evaluate);
    }
}
