package io.concordance.capture.job;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.capture.attribution.Attribution;
import io.concordance.capture.generation.Generation;
import io.concordance.capture.intervention.Intervention;
import io.concordance.capture.intervention.JobInterventions;
import io.concordance.capture.intervention.LossSums;
import io.concordance.capture.intervention.Measured;
import io.concordance.capture.search.Search;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A capture job and how far it has come.
 *
 * @param hooks canonical hook point names
 * @param role {@code learning} or {@code evaluation}
 * @param dtype {@code fp16}, {@code fp32} or {@code bf16}
 * @param contextPolicy what becomes of documents longer than the model's context, a {@link ContextPolicy}
 * @param positionMeans whether shards also hold sums by position
 * @param documents documents over all arms
 * @param truncatedDocuments documents cut to the model's context, so far
 * @param skippedSummaries spans that are summaries, so far: shown, never run, so without rows
 * @param tokens token positions run through the model, so far
 * @param rows rows in shards summed over hooks, so far
 * @param interventions what arms change in the model; null when there are none
 * @param measured what relative scales are made of, by intervention, once it is known; null without any
 * @param metrics what is asked about arms with interventions; null when nothing is
 * @param losses the answers so far, by arm; null without metrics
 * @param attribution what is asked of a dictionary's features instead of capturing activations; null when nothing is
 * @param search what directions are searched for instead, one slice for each radius; null when none are
 * @param problem why it failed
 */
public record CaptureJob(
        UUID id,
        State state,
        String model,
        List<String> hooks,
        String role,
        String dtype,
        String contextPolicy,
        boolean positionMeans,
        List<Arm> arms,
        Slices slices,
        int documents,
        int truncatedDocuments,
        int skippedSummaries,
        long tokens,
        long rows,
        @Nullable List<Intervention> interventions,
        @Nullable Map<String, Measured> measured,
        @Nullable List<String> metrics,
        @Nullable List<LossSums.Loss> losses,
        @Nullable Attribution attribution,
        @Nullable Search search,
        @Nullable String problem,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    /** Whether it writes shards. */
    boolean captures() {
        return attribution == null && search == null;
    }

    /**
     * @param transcripts digest of the file; {@code documents} their number
     * @param interventions names of those it is run with, in order; null when there are none
     * @param systemPrompt what an instructed arm begins with
     * @param rendering how roles become text; null in jobs of before
     * @param generate what the model writes after the arm's prompts; null when it reads what is given
     * @param written digest of the transcripts that it wrote, once all of the arm's slices are done
     */
    public record Arm(
            String name,
            String kind,
            String transcripts,
            int documents,
            @Nullable List<String> interventions,
            @Nullable String systemPrompt,
            @Nullable Rendering rendering,
            @Nullable Generation generate,
            @Nullable String written) {

        public Arm(String name, String kind, String transcripts, int documents, @Nullable List<String> interventions) {
            this(name, kind, transcripts, documents, interventions, null, null, null, null);
        }

        /** Whether what was written is run through the model as deployed. */
        public boolean replaysUnsteered() {
            return generate != null && generate.replay() == Generation.Replay.UNSTEERED;
        }
    }

    /** How the roles of transcripts become the text that a model reads. */
    public enum Rendering {
        /** By the chat template that the model was registered with. */
        CHAT_TEMPLATE,
        /** Span texts joined as they are, a system prompt first. */
        VERBATIM;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        @JsonCreator
        static Rendering parse(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    public record Slices(int total, int done) {}

    public enum State {
        ACCEPTED,
        RUNNING,
        COMPLETED,
        FAILED,
        CANCELLED;

        @JsonValue
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static State of(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT));
        }

        public boolean isFinal() {
            return this != ACCEPTED && this != RUNNING;
        }
    }

    public CaptureJob {
        hooks = List.copyOf(hooks);
        arms = List.copyOf(arms);
    }

    /** The interventions of a job with these arms. */
    public static JobInterventions interventions(@Nullable List<Intervention> all, List<Arm> arms) {
        return new JobInterventions(
                all == null ? List.of() : all,
                arms.stream()
                        .filter(arm -> arm.interventions != null)
                        .collect(Collectors.toMap(Arm::name, arm -> Objects.requireNonNull(arm.interventions))));
    }
}
