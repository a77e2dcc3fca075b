package io.concordance.registry.study.peer;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.study.Study;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A capture job as capture-service tells it.
 *
 * @param hooks canonical names, in the order asked for
 * @param tokens token positions run through the model so far
 */
public record CaptureJob(
        String id,
        String state,
        List<String> hooks,
        Slices slices,
        long tokens,
        @Nullable String problem) {

    public record Slices(int total, int done) {}

    /** What to capture; {@code arms} name uploaded transcripts by digest. */
    public record Order(
            String model,
            List<String> hooks,
            String role,
            String dtype,
            List<Arm> arms,
            @Nullable List<Intervention> interventions) {}

    /** @param interventions names of the order's */
    public record Arm(
            String name,
            String kind,
            String transcripts,
            @Nullable String systemPrompt,
            @Nullable Generate generate,
            @Nullable List<String> interventions) {

        /** Transcripts as they are. */
        public Arm(String name, String kind, String transcripts) {
            this(name, kind, transcripts, null, null, null);
        }
    }

    /** What an arm has the model write, read again by the model as deployed. */
    public record Generate(
            int tokens,
            @Nullable Double temperature,
            @Nullable Double topP,
            @Nullable Long seed,
            @Nullable List<String> stop,
            String replay,
            Study.Action action) {}

    public record Intervention(
            String name,
            String hook,
            String kind,
            @Nullable List<Double> vector,
            Study.@Nullable Stored direction,
            Study.@Nullable FeatureRef feature,
            Study.@Nullable Scale scale,
            @Nullable JsonNode positions) {}

    public boolean completed() {
        return state.equals("completed");
    }

    public boolean ended() {
        return completed() || state.equals("failed") || state.equals("cancelled");
    }
}
