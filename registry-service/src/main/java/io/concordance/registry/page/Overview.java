package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.registry.page.figure.Figure;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the overview says, as text. Other services' answers are read leniently: what is missing is empty.
 *
 * @param problems which services could not be asked
 * @param curves how error, loss, L0 and alive features of the newest dictionary run went; empty where there is none
 */
record Overview(
        List<String> problems,
        List<Job> jobs,
        List<Run> runs,
        List<Figure> curves,
        List<Labelling> labelling,
        List<StudyRow> studies,
        List<FeatureRow> concern,
        List<FeatureRow> newest,
        List<ReleaseRow> releases,
        List<MonitorsPage.ExposureRow> exposures) {

    private static final Set<String> AT_WORK = Set.of("accepted", "running", "waiting", "training");

    /** Whether something is at work, so that the next look will find something else. */
    boolean isBusy() {
        return Stream.of(
                        jobs.stream().map(Job::state),
                        runs.stream().map(Run::state),
                        labelling.stream().map(Labelling::state),
                        studies.stream().map(StudyRow::state))
                .flatMap(states -> states)
                .anyMatch(AT_WORK::contains);
    }

    /**
     * @param done of {@code total} slices
     * @param shardRate shards a second, one a slice and hook point, as far as slices are not divided
     */
    record Job(
            String id,
            String model,
            String brief,
            String role,
            String state,
            String arms,
            long done,
            long total,
            String shardRate,
            String tokens,
            String rate,
            String at) {

        static Job of(JsonNode job, Instant now) {
            List<String> arms = new ArrayList<>();
            job.path("arms")
                    .forEach(arm -> arms.add(TokenText.plain(arm.path("name").asText())));
            long tokens = job.path("tokens").asLong();
            return new Job(
                    job.path("id").asText(),
                    job.path("model").asText(),
                    Format.brief(job.path("model").asText()),
                    job.path("role").asText(),
                    job.path("state").asText(),
                    String.join(", ", arms),
                    job.path("slices").path("done").asLong(),
                    job.path("slices").path("total").asLong(),
                    speed(
                            job.path("slices").path("done").asLong()
                                    * job.path("hooks").size(),
                            job,
                            now),
                    Format.count(tokens),
                    speed(tokens, job, now),
                    Format.time(job.path("createdAt").asText("")));
        }
    }

    /** @param done of {@code total} steps */
    record Run(
            String id,
            String name,
            String state,
            String form,
            long done,
            long total,
            String fvu,
            String l0,
            String alive,
            String rate,
            String at) {

        static Run of(JsonNode run, Instant now) {
            JsonNode config = run.path("config");
            JsonNode metrics = run.path("metrics");
            return new Run(
                    run.path("id").asText(),
                    TokenText.plain(run.path("name").asText()),
                    run.path("state").asText(),
                    config.path("activation").asText() + ", "
                            + Format.count(config.path("width").asLong()) + " features, k "
                            + config.path("k").asLong(),
                    run.path("step").asLong(),
                    run.path("steps").asLong(),
                    number(metrics, "fvu"),
                    number(metrics, "l0"),
                    metrics.has("alive") ? Format.percent(metrics.path("alive").asDouble()) : "–",
                    speed(run.path("tokens").asLong(), run, now),
                    Format.time(run.path("createdAt").asText("")));
        }

        private static String number(JsonNode metrics, String name) {
            return metrics.has(name) ? Format.number(metrics.path(name).asDouble()) : "–";
        }
    }

    /** @param done of {@code total} in {@code unit}; {@code total} is 0 while it is not known */
    record Labelling(String what, String state, long done, long total, String unit, String note) {

        static Labelling analysis(JsonNode analysis) {
            return new Labelling(
                    "Evidence and offline labels, "
                            + Format.brief(analysis.path("dictionary").asText()),
                    analysis.path("state").asText(),
                    analysis.path("shardsDone").asLong(),
                    analysis.path("shardsTotal").asLong(),
                    "shards",
                    Format.count(analysis.path("features").asLong()) + " features explained");
        }

        static Labelling asked(JsonNode order) {
            JsonNode tasks = order.path("tasks");
            return new Labelling(
                    "Labels by "
                            + TokenText.plain(
                                    order.path("endpoint").path("model").asText("a language model")),
                    order.path("state").asText(),
                    tasks.path("done").asLong(),
                    tasks.path("total").asLong(),
                    "features",
                    Format.count(order.path("adopted").asLong()) + " adopted, "
                            + Format.count(order.path("unparsed").asLong()) + " answers not readable");
        }
    }

    record StudyRow(String id, String name, String state, String stage, String at) {}

    record ReleaseRow(long version, String channel, String digest, int features, String at, int armed) {}

    /** Mean number a second since it was accepted, until it ended. */
    private static String speed(long done, JsonNode work, Instant now) {
        try {
            Instant begin = Instant.parse(work.path("createdAt").asText());
            Instant end = work.hasNonNull("finishedAt")
                    ? Instant.parse(work.path("finishedAt").asText())
                    : now;
            double seconds = Duration.between(begin, end).toMillis() / 1e3;
            double rate = done / seconds;
            return seconds <= 0 || done == 0 ? "–" : String.format(Locale.ROOT, rate < 10 ? "%,.1f" : "%,.0f", rate);
        } catch (DateTimeParseException e) {
            return "–";
        }
    }
}
