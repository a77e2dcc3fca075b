package io.concordance.registry.study;

import io.concordance.contracts.study.Study;
import io.concordance.registry.study.peer.CaptureJob;
import io.concordance.registry.study.peer.CaptureJob.Generate;
import io.concordance.registry.study.peer.CaptureJob.Intervention;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a study asks capture for; a function of the study, so that asking again is the same request. */
final class CaptureOrders {
    /** Name and kind of the one arm of an evaluation job. */
    private static final String DEPLOYMENT = "deployment";

    private static final String DTYPE = "fp16";
    private static final String UNSTEERED = "unsteered";
    private static final String STEERED = "none";

    private CaptureOrders() {}

    /** @param searched what arms that search had the model write */
    static CaptureJob.Order learning(StudyOrder order, String model, List<Study.Arm> arms, Searching searched) {
        List<CaptureJob.Arm> captured = new ArrayList<>();
        List<Intervention> interventions = new ArrayList<>();
        for (Study.Arm arm : arms) {
            if (arm.search() != null) {
                captured.add(new CaptureJob.Arm(arm.name(), arm.kind(), searched.transcripts(arm.name())));
                continue;
            }
            captured.add(captured(order, arm, UNSTEERED, interventions));
        }
        return learning(order, model, captured, interventions);
    }

    /** The same transcripts for the model and for its base, so that one can be taken off the other. */
    static CaptureJob.Order both(StudyOrder order, String model) {
        List<Study.Arm> arms = new ArrayList<>(
                order.modelArms().stream().filter(Study.Arm::standsAsItIs).toList());
        arms.addAll(order.twinArms(Study.Arm.DIFFERENCE));
        return learning(order, model, arms, new Searching(List.of()));
    }

    /** What an arm's steered model does while it writes. */
    static CaptureJob.Order steered(StudyOrder order, Study.Arm arm) {
        return alone(order, arm, STEERED);
    }

    /** The same text, read by the model as deployed. */
    static CaptureJob.Order unsteered(StudyOrder order, Study.Arm arm) {
        return alone(order, arm, UNSTEERED);
    }

    /** Transcripts as they stand, read by the model steered as in an arm. */
    static CaptureJob.Order reading(StudyOrder order, Study.Arm arm, String transcripts) {
        List<Intervention> interventions = new ArrayList<>();
        List<String> names = names(arm, interventions);
        return learning(
                order,
                order.models().model(),
                List.of(new CaptureJob.Arm(arm.name(), arm.kind(), transcripts, null, null, names)),
                interventions);
    }

    private static CaptureJob.Order alone(StudyOrder order, Study.Arm arm, String replay) {
        List<Intervention> interventions = new ArrayList<>();
        List<CaptureJob.Arm> captured = List.of(captured(order, arm, replay, interventions));
        return learning(order, order.models().model(), captured, interventions);
    }

    private static CaptureJob.Order learning(
            StudyOrder order, String model, List<CaptureJob.Arm> arms, List<Intervention> interventions) {
        return new CaptureJob.Order(
                model, order.study().hooks(), "learning", DTYPE, arms, interventions.isEmpty() ? null : interventions);
    }

    private static CaptureJob.Arm captured(
            StudyOrder order, Study.Arm arm, String replay, List<Intervention> interventions) {
        List<String> names = names(arm, interventions);
        return new CaptureJob.Arm(
                arm.name(),
                arm.kind(),
                order.transcriptDigest(arm.transcripts()),
                arm.systemPrompt(),
                generate(arm.generate(), replay, order.study().badIn(arm)),
                names.isEmpty() ? null : names);
    }

    /** Adds what an arm does to those of its job. */
    private static List<String> names(Study.Arm arm, List<Intervention> interventions) {
        List<Study.Steer> steer = arm.steer();
        List<String> names = new ArrayList<>();
        for (Study.Steer s : steer == null ? List.<Study.Steer>of() : steer) {
            String name = "steer-" + interventions.size();
            names.add(name);
            interventions.add(new Intervention(
                    name, s.hook(), s.kind(), s.vector(), s.direction(), s.feature(), s.scale(), s.positions()));
        }
        return names;
    }

    /** The transcripts that judge. */
    static CaptureJob.Order evaluation(StudyOrder order, String model) {
        CaptureJob.Arm deployment = new CaptureJob.Arm(
                DEPLOYMENT,
                DEPLOYMENT,
                order.transcriptDigest(order.study().evaluate().transcripts()));
        return new CaptureJob.Order(model, order.study().hooks(), "evaluation", DTYPE, List.of(deployment), null);
    }

    private static @Nullable Generate generate(Study.@Nullable Generate generate, String replay, Study.Action action) {
        return generate == null
                ? null
                : new Generate(
                        generate.tokens(),
                        generate.temperature(),
                        generate.topP(),
                        generate.seed(),
                        generate.stop(),
                        replay,
                        action);
    }
}
