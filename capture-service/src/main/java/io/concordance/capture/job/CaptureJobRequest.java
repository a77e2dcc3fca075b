package io.concordance.capture.job;

import io.concordance.capture.attribution.AttributionRequest;
import io.concordance.capture.generation.GenerationRequest;
import io.concordance.capture.intervention.InterventionRequest;
import io.concordance.capture.search.SearchRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a caller asks for; nothing is checked yet.
 *
 * @param dtype {@code fp16} when absent
 * @param contextPolicy {@code truncate} when absent
 * @param positionMeans false when absent
 * @param interventions what arms may change in the model
 * @param metrics how arms with interventions are judged: {@code ce}, {@code kl}
 * @param attribution which features of a dictionary at the job's one hook the outcome comes from; nothing else is
 *     captured then
 * @param search for directions at the job's one hook; nothing else is captured then
 */
record CaptureJobRequest(
        @Nullable String model,
        @Nullable List<@Nullable String> hooks,
        @Nullable String role,
        @Nullable String dtype,
        @Nullable String contextPolicy,
        @Nullable Boolean positionMeans,
        @Nullable List<@Nullable Arm> arms,
        @Nullable List<@Nullable InterventionRequest> interventions,
        @Nullable List<@Nullable String> metrics,
        @Nullable AttributionRequest attribution,
        @Nullable SearchRequest search) {

    /** More of a job that is there. */
    record Extension(@Nullable List<@Nullable Arm> arms) {}

    /**
     * @param transcripts digest of an uploaded file
     * @param interventions names of those that the arm is run with
     * @param systemPrompt what documents of an instructed arm begin with
     * @param rendering {@code verbatim} to go past the model's chat template; how the model has it when absent
     * @param generate what the model is to write after the prompts; what it had written there is dropped
     */
    record Arm(
            @Nullable String name,
            @Nullable String kind,
            @Nullable String transcripts,
            @Nullable List<@Nullable String> interventions,
            @Nullable String systemPrompt,
            @Nullable String rendering,
            @Nullable GenerationRequest generate) {}
}
