package io.concordance.trainer.dictionary;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.trainer.capture.CapturedJob;
import io.concordance.trainer.capture.HookNames;
import io.concordance.trainer.capture.PostgresCaptureRepository;
import io.concordance.trainer.dictionary.InputRequest.MinusRequest;
import io.concordance.trainer.step.Position;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks that what is to be subtracted fits what it is subtracted from, as far as announcements tell. */
final class InputRequests {
    private final PostgresCaptureRepository captures;
    private final Function<@Nullable List<@Nullable String>, List<CapturedJob>> find;

    /** @param find checks a request's jobs, and names the field {@code jobs} */
    InputRequests(
            PostgresCaptureRepository captures, Function<@Nullable List<@Nullable String>, List<CapturedJob>> find) {
        this.captures = captures;
        this.find = find;
    }

    /**
     * @param jobs of the run
     * @param arms that the run learns from, empty for all
     * @param hook of the run, canonical
     * @throws FieldProblem naming the first field at fault
     */
    InputSpec check(@Nullable InputRequest request, List<CapturedJob> jobs, List<String> arms, String hook) {
        if (request == null) {
            return InputSpec.PLAIN;
        }
        try {
            if (request.minus() != null && request.without() != null) {
                throw new FieldProblem("without", null, "none beside minus");
            }
            return new InputSpec(
                    minus(request.minus(), jobs, hook),
                    request.position() == null ? Position.NONE : Position.named(request.position()),
                    new SteeringRequests(captures, find).check(request.without(), jobs, arms, hook));
        } catch (FieldProblem e) {
            throw e.inside("input");
        }
    }

    private InputSpec.@Nullable Minus minus(@Nullable MinusRequest request, List<CapturedJob> jobs, String hook) {
        if (request == null) {
            return null;
        }
        try {
            String other = request.hook() == null ? hook : HookNames.canonical(request.hook());
            List<CapturedJob> others = request.jobs() == null ? jobs : find.apply(request.jobs());
            if (others.size() != jobs.size()) {
                throw new FieldProblem("jobs", others.size() + " jobs", jobs.size() + ", one for each of the run's");
            }
            for (int i = 0; i < jobs.size(); i++) {
                try {
                    check(jobs.get(i), hook, others.get(i), other);
                } catch (FieldProblem e) {
                    throw e.field().equals("hook") ? e : e.inside("jobs[" + i + "]");
                }
            }
            return new InputSpec.Minus(
                    others.stream().map(job -> UUID.fromString(job.id())).toList(),
                    others.getFirst().model(),
                    other);
        } catch (FieldProblem e) {
            throw e.inside("minus");
        }
    }

    private void check(CapturedJob own, String hook, CapturedJob other, String otherHook) {
        if (!other.hooks().contains(otherHook)) {
            throw new FieldProblem("hook", otherHook, "a hook that job " + other.id() + " captures: " + other.hooks());
        }
        if (own.id().equals(other.id()) && hook.equals(otherHook)) {
            throw new FieldProblem("", other.id() + " at " + otherHook, "another job or another hook than the run's");
        }
        same("transcripts", own.transcripts(), other.transcripts());
        same("slices", own.slices(), other.slices());
        if (own.tokenizerDigest() != null && other.tokenizerDigest() != null) {
            same("tokenizer", own.tokenizerDigest(), other.tokenizerDigest());
        }
        OptionalInt width = captures.width(UUID.fromString(own.id()), hook);
        OptionalInt otherWidth = captures.width(UUID.fromString(other.id()), otherHook);
        if (width.isPresent() && otherWidth.isPresent()) {
            same("values a row", width.getAsInt(), otherWidth.getAsInt());
        }
    }

    private static void same(String what, Object own, Object given) {
        if (!Objects.equals(own, given)) {
            throw new FieldProblem(
                    "", "a job with " + what + " " + given, what + " " + own + ", as in the job it is subtracted from");
        }
    }
}
