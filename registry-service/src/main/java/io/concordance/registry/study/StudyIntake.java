package io.concordance.registry.study;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.Study;
import io.concordance.registry.peer.PeerRefusal;
import io.concordance.registry.peer.PeerUnavailable;
import io.concordance.registry.study.StudyFiles.ModelFiles;
import io.concordance.registry.study.StudyOrder.Models;
import io.concordance.registry.study.peer.Peers;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes in a study whose files come along: capture gets them, and the study is ordered as any other. */
@ApplicationScoped
class StudyIntake {
    private final Peers peers;
    private final StudyService studies;

    StudyIntake(Peers peers, StudyService studies) {
        this.peers = peers;
        this.studies = studies;
    }

    /** Ids of registered models in the place of the files that the study names; null to register those. */
    record Chosen(@Nullable String model, @Nullable String base) {}

    /**
     * Everything is checked before anything is sent on. What capture then keeps is named by its content, so that sending a
     * study again after a failure on the way is the same files once.
     *
     * @param id names the request: the same one again, with the same study, is that study
     * @throws FieldProblem on the first field that the study could not run with
     * @throws PeerRefusal when capture does not take a file
     * @throws PeerUnavailable when capture cannot be asked now
     */
    StudyStatus take(StudyFiles sent, Chosen chosen, String review, UUID id) {
        ReviewMode.named(review);
        Study study = sent.study();
        StudyOrder.checkSteers(study.arms());
        Map<String, Path> transcripts = sent.transcripts();
        Supplier<String> model = model("model", study.model(), chosen.model(), sent);
        Study.Model twin = study.base();
        Supplier<String> base = twin == null ? null : model("base", twin, chosen.base(), sent);
        Map<String, String> digests = new LinkedHashMap<>();
        transcripts.forEach((path, file) -> digests.put(path, peers.upload(file).digest()));
        return studies.submit(
                new StudyOrder(study, new Models(model.get(), base == null ? null : base.get()), digests, review), id);
    }

    /** The id of a model, which is registered when it is asked for. */
    private Supplier<String> model(String field, Study.Model named, @Nullable String registered, StudyFiles sent) {
        if (registered != null) {
            return () -> registered;
        }
        ModelFiles files = sent.of(field, named);
        return () ->
                peers.register(files.name(), files.onnx(), files.tokenizer()).id();
    }
}
