package io.concordance.interp.iti;

import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.interp.probe.HeadProbe;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An inference-time intervention that is being tried, and how far it has come.
 *
 * @param turn number of the capture job that is next or under way, from 0
 * @param job capture job of this turn; null until it was accepted
 * @param problem why it failed
 */
record ItiRun(
        UUID id,
        ItiOrder order,
        State state,
        int turn,
        @Nullable String job,
        Progress progress,
        @Nullable String problem,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    enum State {
        PROBING,
        SWEEPING,
        COMPARING,
        STYLE_PROBING,
        STYLE_COMPARING,
        COMPLETED,
        FAILED;

        @JsonValue
        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static State parse(String text) {
            return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /**
     * What has been found out, turn by turn.
     *
     * @param probes best first
     * @param calibrationBase answers to calibration prompts by the model as it is
     * @param chosen null before the sweep is through
     * @param told answers to evaluation prompts by arm and prompt
     * @param written digests of those answers, by arm
     * @param styleProbes of the style-only organism
     */
    record Progress(
            List<HeadProbe> probes,
            Map<String, Told> calibrationBase,
            List<Sweep.Cell> cells,
            @Nullable Setting chosen,
            Map<String, Map<String, Told>> told,
            Map<String, String> written,
            List<HeadProbe> styleProbes,
            @Nullable TruthName truthName,
            @Nullable Reading reading) {
        static final Progress NONE =
                new Progress(List.of(), Map.of(), List.of(), null, Map.of(), Map.of(), List.of(), null, null);

        Progress probed(List<HeadProbe> ranked) {
            return new Progress(ranked, calibrationBase, cells, chosen, told, written, styleProbes, null, null);
        }

        Progress swept(Map<String, Told> base, List<Sweep.Cell> all, @Nullable Setting best) {
            return new Progress(probes, base, all, best, told, written, styleProbes, null, null);
        }

        Progress compared(Map<String, Map<String, Told>> answers, Map<String, String> digests) {
            return new Progress(probes, calibrationBase, cells, chosen, answers, digests, styleProbes, null, null);
        }

        Progress styleProbed(List<HeadProbe> ranked) {
            return new Progress(probes, calibrationBase, cells, chosen, told, written, ranked, null, null);
        }

        Progress named(TruthName name, Reading queued) {
            return new Progress(probes, calibrationBase, cells, chosen, told, written, styleProbes, name, queued);
        }
    }

    /**
     * Where people read base and shifted answers to the same prompts, blindly.
     *
     * @param items of each arm
     */
    record Reading(UUID judging, List<String> arms, int items) {}

    /** Without answers one by one. */
    record Report(
            UUID id,
            State state,
            ItiOrder order,
            int turn,
            @Nullable String job,
            List<HeadProbe> probes,
            List<Sweep.Cell> sweep,
            @Nullable Setting chosen,
            List<ArmOutcome> arms,
            Map<String, String> written,
            @Nullable TruthName truthName,
            @Nullable Reading reading,
            @Nullable String problem,
            Instant createdAt,
            @Nullable Instant finishedAt) {}

    Report report() {
        Map<String, Told> base = progress.told.getOrDefault(Arms.BASE, Map.of());
        List<ArmOutcome> arms = progress.told.entrySet().stream()
                .map(arm -> ArmOutcome.of(arm.getKey(), arm.getValue(), base))
                .toList();
        return new Report(
                id,
                state,
                order,
                turn,
                job,
                progress.probes,
                progress.cells,
                progress.chosen,
                arms,
                progress.written,
                progress.truthName,
                progress.reading,
                problem,
                createdAt,
                finishedAt);
    }
}
