package io.concordance.capture.job;

import io.concordance.capture.chat.ChatTemplateException;
import io.concordance.capture.generation.ArmText;
import io.concordance.capture.generation.Generation;
import io.concordance.capture.generation.GenerationRequest;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Transcript;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks what an arm asks for about its text: a system prompt, roles, and text that the model writes itself. */
final class ArmTextCheck {
    private static final int LONGEST_PROMPT = 1 << 16;

    private final Models models;
    private final RegisteredModel model;

    ArmTextCheck(Models models, RegisteredModel model) {
        this.models = models;
        this.model = model;
    }

    /** @throws FieldProblem on {@code systemPrompt} */
    @Nullable
    String systemPrompt(@Nullable String given, ArmKind kind) {
        if (given == null) {
            return null;
        }
        if (kind != ArmKind.INSTRUCTED) {
            throw new FieldProblem("systemPrompt", given, "none: only arms of kind instructed have a system prompt");
        }
        if (given.isBlank() || given.length() > LONGEST_PROMPT) {
            throw new FieldProblem(
                    "systemPrompt",
                    given.length() + " characters",
                    "1 to " + LONGEST_PROMPT + " characters, not blank");
        }
        return given;
    }

    /** @throws FieldProblem on {@code generate} or a field of it */
    @Nullable
    Generation generation(@Nullable GenerationRequest given) {
        if (given == null) {
            return null;
        }
        try {
            models.logits(model);
            return Generation.of(given, model.context());
        } catch (FieldProblem problem) {
            throw problem.inside("generate");
        }
    }

    /**
     * How the arm's roles become text, tried on its first document.
     *
     * @param given by the caller; by the model's chat template, if it has one, when absent
     * @throws FieldProblem on {@code rendering}, {@code systemPrompt} or {@code transcripts} when the model's chat template refuses it
     */
    CaptureJob.Rendering rendering(@Nullable String given, @Nullable String systemPrompt, Supplier<Transcript> first) {
        String verbatim = CaptureJob.Rendering.VERBATIM.text();
        boolean templated = model.chatTemplate() != null;
        if (given != null
                && !given.equals(verbatim)
                && !(templated && given.equals(CaptureJob.Rendering.CHAT_TEMPLATE.text()))) {
            throw new FieldProblem(
                    "rendering",
                    given,
                    templated
                            ? verbatim + " or " + CaptureJob.Rendering.CHAT_TEMPLATE.text()
                            : verbatim + ": the model has no chat template");
        }
        if (!templated || verbatim.equals(given)) {
            return CaptureJob.Rendering.VERBATIM;
        }
        try {
            ArmText text = ArmText.of(model, systemPrompt);
            Transcript instructed = text.instructed(first.get());
            text.read(instructed);
            text.prompt(instructed);
            return CaptureJob.Rendering.CHAT_TEMPLATE;
        } catch (ChatTemplateException e) {
            throw new FieldProblem(
                    systemPrompt == null ? "transcripts" : "systemPrompt",
                    systemPrompt,
                    "what the model's chat template renders (" + e.getMessage() + ")");
        }
    }
}
