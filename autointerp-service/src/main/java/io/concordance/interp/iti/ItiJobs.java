package io.concordance.interp.iti;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.interp.iti.CaptureOrder.Generate;
import io.concordance.interp.iti.CaptureOrder.Intervention;
import io.concordance.interp.iti.ItiOrder.Hook;
import io.concordance.interp.iti.ItiOrder.StyleOnly;
import io.concordance.interp.recapture.CaptureClient;
import io.concordance.interp.recapture.StoredTranscripts;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The capture job of each turn: what a run is stored as decides it, so that a repeated turn asks for the same. */
@ApplicationScoped
class ItiJobs {
    static final String SHIFTED = "shifted";
    static final String COST = "cost";
    static final String BASE = "base";
    private static final String LEARNING = "learning";
    private static final String EVALUATION = "evaluation";
    private static final String FP32 = "fp32";

    private final CaptureClient capture;
    private final StoredTranscripts files;

    ItiJobs(CaptureClient capture, StoredTranscripts files) {
        this.capture = capture;
        this.files = files;
    }

    /** Asks capture for the job of the run's turn; the same turn again is the same job. */
    String submit(ItiRun run) {
        return capture.submit(order(run), "inference-time-intervention/" + run.id() + "/" + run.turn());
    }

    private CaptureOrder order(ItiRun run) {
        ItiOrder order = run.order();
        return switch (run.state()) {
            case PROBING -> probing(order.model(), order.hooks(), order.labelled());
            case SWEEPING -> sweeping(run);
            case COMPARING -> comparing(run);
            case STYLE_PROBING -> {
                StyleOnly style = Objects.requireNonNull(order.styleOnly());
                yield probing(style.model(), style.hooks(), style.labelled());
            }
            case STYLE_COMPARING -> styleComparing(run);
            default -> throw new IllegalStateException(run.state() + " has no job");
        };
    }

    private static CaptureOrder probing(String model, List<Hook> hooks, String labelled) {
        return new CaptureOrder(
                model,
                hooks.stream().map(Hook::name).toList(),
                LEARNING,
                FP32,
                List.of(new CaptureOrder.Arm("labelled", "off-policy", labelled, null, null)),
                null,
                null);
    }

    /** The next setting on calibration prompts, the first one beside the model as it is, and what it costs. */
    private CaptureOrder sweeping(ItiRun run) {
        ItiOrder order = run.order();
        ItiRun.Progress progress = run.progress();
        int cell = progress.cells().size();
        Setting setting = Sweep.settings(order.heads(), order.alphas()).get(cell);
        Shift shift = Shift.along(progress.probes(), setting);
        List<Intervention> writing = CaptureOrder.shift(SHIFTED, shift, order.positions());
        List<Intervention> costing = CaptureOrder.shift(COST, shift, ItiOrder.Positions.ALL);
        String prompts = upload(files.read("calibration", order.calibration(), ItiRequests.MOST_PROMPTS).stream()
                .map(Prompting::bare)
                .toList());
        Generate generate = Generate.of(order.write());
        List<CaptureOrder.Arm> arms = new ArrayList<>();
        if (cell == 0) {
            arms.add(new CaptureOrder.Arm(BASE, "benign", prompts, null, generate));
        }
        arms.add(new CaptureOrder.Arm(SHIFTED, "steered", prompts, CaptureOrder.names(writing), generate));
        arms.add(new CaptureOrder.Arm(COST, "perturbed", order.benign(), CaptureOrder.names(costing), null));
        return job(order.model(), order.hooks(), LEARNING, arms, both(writing, costing), List.of("ce", "kl"));
    }

    private CaptureOrder comparing(ItiRun run) {
        ItiOrder order = run.order();
        return writing(
                order.model(),
                order.hooks(),
                arms(order, run.progress(), files.read("evaluation", order.evaluation(), ItiRequests.MOST_PROMPTS)),
                order);
    }

    private List<WritingArm> arms(ItiOrder order, ItiRun.Progress progress, List<Transcript> evaluation) {
        List<Transcript> labelled = files.read("labelled", order.labelled(), ItiRequests.MOST_TRANSCRIPTS);
        return WritingArm.all(
                evaluation,
                new WritingArm.Help(
                        order.persona().words(),
                        order.persona().behind(),
                        Prompting.examples(labelled, order.examples(), order.seed())),
                progress.probes(),
                Objects.requireNonNull(progress.chosen()),
                order.seed());
    }

    private CaptureOrder styleComparing(ItiRun run) {
        ItiOrder order = run.order();
        StyleOnly style = Objects.requireNonNull(order.styleOnly());
        return writing(
                style.model(),
                style.hooks(),
                WritingArm.pair(
                        files.read("styleOnly.evaluation", style.evaluation(), ItiRequests.MOST_PROMPTS),
                        run.progress().styleProbes(),
                        Objects.requireNonNull(run.progress().chosen())),
                order);
    }

    /** Arms with one shift share its interventions. */
    private CaptureOrder writing(String model, List<Hook> hooks, List<WritingArm> arms, ItiOrder order) {
        List<Shift> shifts = new ArrayList<>();
        List<List<String>> names = new ArrayList<>();
        List<Intervention> interventions = new ArrayList<>();
        List<CaptureOrder.Arm> all = new ArrayList<>();
        for (WritingArm arm : arms) {
            Shift shift = arm.shift();
            String prompts = upload(arm.prompts());
            if (shift != null && !shifts.contains(shift)) {
                List<Intervention> own = CaptureOrder.shift(arm.name(), shift, order.positions());
                shifts.add(shift);
                names.add(CaptureOrder.names(own));
                interventions.addAll(own);
            }
            all.add(new CaptureOrder.Arm(
                    arm.name(),
                    kind(arm),
                    prompts,
                    shift == null ? null : names.get(shifts.indexOf(shift)),
                    Generate.of(order.write())));
        }
        return job(model, hooks, EVALUATION, all, interventions, null);
    }

    private static String kind(WritingArm arm) {
        if (arm.shift() != null) {
            return "steered";
        }
        return arm.name().equals(Arms.BASE) ? "deployment" : "instructed";
    }

    private static CaptureOrder job(
            String model,
            List<Hook> hooks,
            String role,
            List<CaptureOrder.Arm> arms,
            List<Intervention> interventions,
            @Nullable List<String> metrics) {
        return new CaptureOrder(model, List.of(hooks.getFirst().name()), role, FP32, arms, interventions, metrics);
    }

    private static List<Intervention> both(List<Intervention> first, List<Intervention> second) {
        List<Intervention> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    /** @return the digest of the stored file */
    String upload(List<Transcript> transcripts) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Transcript transcript : transcripts) {
            lines.writeBytes(Json.bytes(transcript));
            lines.write('\n');
        }
        return capture.upload(lines.toByteArray());
    }
}
