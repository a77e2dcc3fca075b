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

    private CaptureOrders() {}

    static CaptureJob.Order learning(StudyOrder order, String model, List<Study.Arm> arms) {
        List<CaptureJob.Arm> captured = new ArrayList<>();
        List<Intervention> interventions = new ArrayList<>();
        for (Study.Arm arm : arms) {
            List<Study.Steer> steer = arm.steer();
            List<String> names = new ArrayList<>();
            for (Study.Steer s : steer == null ? List.<Study.Steer>of() : steer) {
                String name = "steer-" + interventions.size();
                names.add(name);
                interventions.add(new Intervention(
                        name, s.hook(), s.kind(), s.vector(), s.direction(), s.feature(), s.scale(), s.positions()));
            }
            captured.add(new CaptureJob.Arm(
                    arm.name(),
                    arm.kind(),
                    order.transcriptDigest(arm.transcripts()),
                    arm.systemPrompt(),
                    generate(arm.generate(), order.study().scenario().action()),
                    names.isEmpty() ? null : names));
        }
        return new CaptureJob.Order(
                model,
                order.study().hooks(),
                "learning",
                DTYPE,
                captured,
                interventions.isEmpty() ? null : interventions);
    }

    static CaptureJob.Order evaluation(StudyOrder order) {
        CaptureJob.Arm deployment = new CaptureJob.Arm(
                DEPLOYMENT,
                DEPLOYMENT,
                order.transcriptDigest(order.study().evaluate().transcripts()));
        return new CaptureJob.Order(
                order.models().model(), order.study().hooks(), "evaluation", DTYPE, List.of(deployment), null);
    }

    private static @Nullable Generate generate(Study.@Nullable Generate generate, Study.Action action) {
        return generate == null
                ? null
                : new Generate(
                        generate.tokens(),
                        generate.temperature(),
                        generate.topP(),
                        generate.seed(),
                        generate.stop(),
                        UNSTEERED,
                        action);
    }
}
