package io.concordance.trainer.dictionary;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.capture.CapturedJob;
import io.concordance.trainer.capture.PostgresCaptureRepository;
import io.concordance.trainer.dictionary.InputRequest.UnsteeredRequest;
import io.concordance.trainer.dictionary.InputRequest.WithoutRequest;
import io.concordance.trainer.dictionary.InputSpec.Without;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks that steered captures can be held against unsteered ones, as far as announcements tell. */
final class SteeringRequests {
    private static final int MOST_DIRECTIONS = 16;
    private static final int MOST_WIDTH = 1 << 16;

    private final PostgresCaptureRepository captures;
    private final Function<@Nullable List<@Nullable String>, List<CapturedJob>> find;

    /** @param find checks a request's jobs, and names the field {@code jobs[0]} */
    SteeringRequests(
            PostgresCaptureRepository captures, Function<@Nullable List<@Nullable String>, List<CapturedJob>> find) {
        this.captures = captures;
        this.find = find;
    }

    /**
     * @param jobs of the run
     * @param arms that the run learns from, empty for all
     * @throws FieldProblem naming the first field at fault
     */
    List<Without> check(
            @Nullable List<@Nullable WithoutRequest> requests, List<CapturedJob> jobs, List<String> arms, String hook) {
        List<Without> checked = new ArrayList<>();
        List<@Nullable WithoutRequest> given = requests == null ? List.of() : requests;
        for (int i = 0; i < given.size(); i++) {
            try {
                Without without = check(given.get(i), jobs, arms, hook);
                if (checked.stream().anyMatch(earlier -> earlier.job().equals(without.job()))) {
                    throw new FieldProblem("job", without.job(), "every job once");
                }
                checked.add(without);
            } catch (FieldProblem e) {
                throw e.inside("without[" + i + "]");
            }
        }
        return checked;
    }

    private Without check(@Nullable WithoutRequest request, List<CapturedJob> jobs, List<String> arms, String hook) {
        if (request == null) {
            throw new FieldProblem("", null, "an object with job, directions and shift");
        }
        CapturedJob job = jobs.stream()
                .filter(one -> one.id().equals(request.job()))
                .findFirst()
                .orElseThrow(() -> new FieldProblem(
                        "job",
                        request.job(),
                        "one of the run's jobs: "
                                + jobs.stream().map(CapturedJob::id).toList()));
        List<String> learnt = job.arms().stream()
                .filter(arm -> arms.isEmpty() || arms.contains(arm))
                .toList();
        if (learnt.size() != 1) {
            throw new FieldProblem("job", "arms " + learnt + " of it are learnt from", "exactly one; see arms");
        }
        if (jobs.stream().anyMatch(other -> other != job && other.arms().contains(learnt.getFirst()))) {
            throw new FieldProblem("job", "arm " + learnt.getFirst(), "an arm whose name no other job of the run has");
        }
        List<List<Double>> directions = directions(request.directions());
        try {
            CapturedJob unsteered = unsteered(request.shift(), job, learnt.getFirst(), hook);
            OptionalInt width = captures.width(UUID.fromString(unsteered.id()), hook);
            if (width.isPresent() && directions.getFirst().size() != width.getAsInt()) {
                throw new FieldProblem(
                        "directions[0]", directions.getFirst().size() + " values", width.getAsInt() + ", as in a row");
            }
            UnsteeredRequest shift = Objects.requireNonNull(request.shift());
            return new Without(
                    UUID.fromString(job.id()),
                    learnt.getFirst(),
                    directions,
                    UUID.fromString(unsteered.id()),
                    Objects.requireNonNull(shift.arm()),
                    unsteered.slices());
        } catch (FieldProblem e) {
            throw e.field().startsWith("directions") ? e : e.inside("shift");
        }
    }

    private static List<List<Double>> directions(@Nullable List<@Nullable List<@Nullable Double>> given) {
        if (given == null || given.isEmpty() || given.size() > MOST_DIRECTIONS) {
            throw new FieldProblem(
                    "directions",
                    given == null ? null : given.size() + " directions",
                    "1 to " + MOST_DIRECTIONS + " directions");
        }
        List<List<Double>> directions = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            List<@Nullable Double> values = given.get(i);
            String field = "directions[" + i + "]";
            if (values == null || values.isEmpty() || values.size() > MOST_WIDTH) {
                throw new FieldProblem(
                        field, values == null ? null : values.size() + " values", "as many values as a row has");
            }
            directions.add(direction(field, values));
            if (directions.get(i).size() != directions.getFirst().size()) {
                throw new FieldProblem(
                        field, values.size() + " values", directions.getFirst().size() + ", as in the first");
            }
        }
        return directions;
    }

    private static List<Double> direction(String field, List<@Nullable Double> values) {
        List<Double> direction = new ArrayList<>();
        boolean any = false;
        for (int c = 0; c < values.size(); c++) {
            Double value = values.get(c);
            if (value == null || !Float.isFinite(value.floatValue())) {
                throw new FieldProblem(field + "[" + c + "]", value, "a finite number");
            }
            any |= value.floatValue() != 0;
            direction.add(value);
        }
        if (!any) {
            throw new FieldProblem(field, "zeros", "a direction");
        }
        return direction;
    }

    private CapturedJob unsteered(@Nullable UnsteeredRequest shift, CapturedJob job, String arm, String hook) {
        if (shift == null) {
            throw new FieldProblem("", null, "an object with job and arm");
        }
        CapturedJob other;
        try {
            other = find.apply(Collections.singletonList(shift.job())).getFirst();
        } catch (FieldProblem e) {
            throw new FieldProblem("job", e.given(), e.allowed());
        }
        int at = shift.arm() == null ? -1 : other.arms().indexOf(shift.arm());
        if (at < 0) {
            throw new FieldProblem("arm", shift.arm(), "an arm of job " + other.id() + ": " + other.arms());
        }
        if (other.id().equals(job.id())) {
            throw new FieldProblem("job", other.id(), "another job than the steered one");
        }
        if (!other.hooks().contains(hook)) {
            throw new FieldProblem("job", other.hooks(), "a job that captures " + hook);
        }
        same("model", job.model(), other.model());
        String own = job.transcripts().get(job.arms().indexOf(arm));
        same("transcripts", own, other.transcripts().get(at));
        return other;
    }

    private static void same(String what, String own, String given) {
        if (!own.equals(given)) {
            throw new FieldProblem(
                    "job", "a job with " + what + " " + given, what + " " + own + ", as in the steered job");
        }
    }
}
