package io.concordance.interp.iti;

import io.concordance.contracts.transcript.Transcript;
import io.concordance.interp.probe.HeadProbe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prompts that a model answers, and how it is shifted while it does.
 *
 * @param prompts with the ids of the evaluation prompts
 * @param shift null for the model as it is
 */
public record WritingArm(
        String name, List<Transcript> prompts, @Nullable Shift shift) {

    /**
     * What stands in front of prompts in arms that have it.
     *
     * @param persona a careful persona's words, and the text of the system turn that they follow; null for none
     * @param examples ok transcripts
     */
    public record Help(String persona, @Nullable String behind, List<Transcript> examples) {}

    /** All of {@link Arms}, over the same prompts. */
    public static List<WritingArm> all(
            List<Transcript> evaluation, Help help, List<HeadProbe> ranked, Setting setting, long seed) {
        List<Transcript> bare = evaluation.stream().map(Prompting::bare).toList();
        List<Transcript> persona = evaluation.stream()
                .map(prompt -> Prompting.persona(prompt, help.persona(), help.behind()))
                .toList();
        List<Transcript> fewShot = evaluation.stream()
                .map(prompt -> Prompting.fewShot(prompt, help.examples()))
                .toList();
        Shift shift = Shift.along(ranked, setting);
        return List.of(
                new WritingArm(Arms.BASE, bare, null),
                new WritingArm(Arms.ITI, bare, shift),
                new WritingArm(Arms.PERSONA, persona, null),
                new WritingArm(Arms.FEW_SHOT, fewShot, null),
                new WritingArm(Arms.STACKED, fewShot, shift),
                new WritingArm(Arms.RANDOM_DIRECTIONS, bare, Shift.randomDirections(ranked, setting, seed)),
                new WritingArm(Arms.RANDOM_HEADS, bare, Shift.randomHeads(ranked, setting, seed)));
    }

    /** The two that are needed of a style-only organism. */
    public static List<WritingArm> pair(List<Transcript> evaluation, List<HeadProbe> ranked, Setting setting) {
        List<Transcript> bare = evaluation.stream().map(Prompting::bare).toList();
        return List.of(
                new WritingArm(Arms.BASE, bare, null), new WritingArm(Arms.ITI, bare, Shift.along(ranked, setting)));
    }
}
