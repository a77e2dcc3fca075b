package io.concordance.registry.study;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.ArmKind;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyFile;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A study with everything it names in place.
 *
 * @param transcripts digest of the uploaded file for every path in the study
 * @param review {@code people} or {@code stand-in}
 */
record StudyOrder(Study study, Models models, Map<String, String> transcripts, String review) {
    private static final Pattern MODEL_ID = Pattern.compile("[0-9a-f]{32}");

    /** Kinds that need the model run with interventions. */
    private static final Set<ArmKind> EDITED = Set.of(ArmKind.PERTURBED, ArmKind.STEERED);

    /** Ids of registered models. */
    record Models(String model, @Nullable String base) {}

    /**
     * Checks the order however it came. Returns it.
     *
     * @throws FieldProblem on the first field that a study could not run with
     */
    static StudyOrder check(@Nullable StudyOrder order) {
        if (order == null) {
            throw new FieldProblem("", null, "an object with study, models, transcripts and review");
        }
        Study study = require("study", order.study());
        try {
            StudyFile.check(study);
        } catch (FieldProblem e) {
            throw e.inside("study");
        }
        checkSteers(study.arms());
        Models models = require("models", order.models());
        modelId("models.model", models.model());
        if (models.base() != null || order.readsBase()) {
            modelId("models.base", models.base());
        }
        Map<String, String> transcripts = require("transcripts", order.transcripts());
        for (Study.Arm arm : study.arms()) {
            digest(transcripts, arm.transcripts());
        }
        digest(transcripts, study.evaluate().transcripts());
        String evaluation = order.transcriptDigest(study.evaluate().transcripts());
        for (int i = 0; i < study.arms().size(); i++) {
            if (order.transcriptDigest(study.arms().get(i).transcripts()).equals(evaluation)) {
                throw new FieldProblem(
                        "study.arms[" + i + "].transcripts",
                        study.arms().get(i).transcripts(),
                        "other transcripts than those that judge, " + evaluation);
            }
        }
        ReviewMode.named(require("review", order.review()));
        return order;
    }

    /** @throws FieldProblem when an arm that needs interventions names none */
    static void checkSteers(List<Study.Arm> arms) {
        for (int i = 0; i < arms.size(); i++) {
            boolean edited =
                    ArmKind.named(arms.get(i).kind()).filter(EDITED::contains).isPresent();
            if (edited && arms.get(i).steer() == null && arms.get(i).search() == null) {
                throw new FieldProblem(
                        "study.arms[" + i + "].steer",
                        null,
                        "the interventions by name of hook, kind and direction, or for kind perturbed a search");
            }
        }
    }

    private static void modelId(String field, @Nullable String id) {
        if (!MODEL_ID.matcher(require(field, id)).matches()) {
            throw new FieldProblem(field, id, "the id of a registered model, 32 hex digits");
        }
    }

    private static void digest(Map<String, String> transcripts, String path) {
        String field = "transcripts[\"" + path + "\"]";
        String digest = require(field, transcripts.get(path));
        if (!Digests.isDigest(digest)) {
            throw new FieldProblem(field, digest, "the digest of an uploaded file, sha256: and 64 hex digits");
        }
    }

    private static <T> T require(String field, @Nullable T value) {
        if (value == null) {
            throw new FieldProblem(field, null, "a value");
        }
        return value;
    }

    ReviewMode reviewMode() {
        return ReviewMode.named(review);
    }

    /** Arms that the model itself runs on. */
    List<Study.Arm> modelArms() {
        return arms(false);
    }

    /** Those of them that the model as deployed reads. */
    List<Study.Arm> readArms() {
        return modelArms().stream().filter(arm -> !arm.learnsSteered()).toList();
    }

    /** Those of them that are learnt from while the model is steered. */
    List<Study.Arm> steeredArms() {
        return modelArms().stream().filter(Study.Arm::learnsSteered).toList();
    }

    /** The arm that shows the model at its usual work. */
    Study.Arm benignArm() {
        return modelArms().stream()
                .filter(arm -> arm.kind().equals(ArmKind.BENIGN.wireName()))
                .findFirst()
                .orElseThrow();
    }

    /** Arms that the base model runs on, among whose rows the study's dictionary learns. */
    List<Study.Arm> baseArms() {
        return arms(true).stream()
                .filter(arm -> arm.learn() == null || arm.learn().equals(Study.Arm.MIX))
                .toList();
    }

    /** Whether the base model runs at all. */
    boolean readsBase() {
        return !arms(true).isEmpty();
    }

    /** Arms of the base model of which there is a dictionary of its own. */
    List<Study.Arm> twinArms(String learn) {
        return arms(true).stream().filter(arm -> learn.equals(arm.learn())).toList();
    }

    private List<Study.Arm> arms(boolean base) {
        return study.arms().stream()
                .filter(arm -> arm.kind().equals(ArmKind.BASE_MODEL.wireName()) == base)
                .toList();
    }

    /** The text that is bad in an arm, by the arm's name. */
    String badText(String arm) {
        return study.arms().stream()
                .filter(named -> named.name().equals(arm))
                .findFirst()
                .map(study::badIn)
                .orElseThrow()
                .contains();
    }

    /** Digest of an uploaded transcript file by its path in the study. */
    String transcriptDigest(String path) {
        return require("transcripts", transcripts.get(path));
    }

    /** Kinds of the study's arms, each once, in the study's order: one strategy each. */
    List<String> armKinds() {
        return study.arms().stream().map(Study.Arm::kind).distinct().toList();
    }
}
