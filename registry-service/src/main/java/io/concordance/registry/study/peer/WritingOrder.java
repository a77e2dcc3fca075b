package io.concordance.registry.study.peer;

import io.concordance.contracts.study.Study;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A capture job whose arms have the model write after prompts, changed or not. */
public record WritingOrder(
        String model, List<String> hooks, String role, String dtype, List<Arm> arms, List<Intervention> interventions) {

    /** @param interventions names, or null for the unmodified model */
    public record Arm(
            String name,
            String kind,
            String transcripts,
            @Nullable List<String> interventions,
            Generate generate) {}

    /** At most so many tokens; what contains the action is bad. */
    public record Generate(
            int tokens,
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Long seed,
            List<String> stop,
            @Nullable String replay,
            Action action) {

        /** The likeliest token at every step. */
        public Generate(int tokens, List<String> stop, Action action) {
            this(tokens, null, null, null, stop, null, action);
        }
    }

    public record Action(String kind, String contains) {}

    /**
     * Removes {@code features}, or adds {@code scale} times a direction: the decoder row of {@code feature}, or a stored
     * one.
     */
    public record Intervention(
            String name,
            String hook,
            String kind,
            @Nullable String dictionary,
            @Nullable List<Integer> features,
            @Nullable Feature feature,
            Study.@Nullable Stored direction,
            @Nullable Scale scale,
            @Nullable String positions) {

        public static Intervention ablate(String name, String hook, String dictionary, List<Integer> features) {
            return new Intervention(name, hook, "ablate-feature", dictionary, features, null, null, null, null);
        }

        public static Intervention add(String name, String hook, String dictionary, int feature, double scale) {
            return new Intervention(
                    name,
                    hook,
                    "add",
                    null,
                    null,
                    new Feature(dictionary, feature),
                    null,
                    new Scale(scale, "absolute"),
                    null);
        }

        /** Adds {@code length} times a stored direction to every token of a prompt, and to none that the model writes. */
        public static Intervention push(String name, String hook, Study.Stored direction, double length) {
            return new Intervention(
                    name, hook, "add", null, null, null, direction, new Scale(length, "absolute"), "prompt");
        }
    }

    public record Feature(String dictionary, int index) {}

    public record Scale(double value, String unit) {}

    /** What came of it: the transcripts that each arm wrote, by digest. */
    public record Written(List<WrittenArm> arms) {}

    public record WrittenArm(String name, @Nullable String written) {}

    /** An uploaded or written file of transcripts. */
    public record Counts(String digest, int documents, Outcomes outcomes) {}

    public record Outcomes(int bad, int ok, int unknown) {}
}
