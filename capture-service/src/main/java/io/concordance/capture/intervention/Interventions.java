package io.concordance.capture.intervention;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.intervention.Intervention.Scale;
import io.concordance.capture.intervention.Intervention.Unit;
import io.concordance.capture.model.Edit;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.graph.EditSite;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks what jobs want changed inside a model, and turns it into weights for their runs. */
@ApplicationScoped
public class Interventions {
    private static final int MAX = 64;
    /** Arms whose weights are kept ready. */
    private static final int READY = 8;

    private final Models models;
    private final Dictionaries dictionaries;
    private final Directions directions;
    private final long maxLogitBytes;
    private final Map<BoundKey, ArmEdits> ready = new LinkedHashMap<>(READY, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<BoundKey, ArmEdits> eldest) {
            return size() > READY;
        }
    };

    private record BoundKey(JobInterventions job, String arm, Map<String, Measured> measured) {}

    Interventions(Models models, ObjectStore objects, Dictionaries dictionaries, CaptureConfig config) {
        this.maxLogitBytes = config.intervention().maxLogitBytes();
        this.models = models;
        this.dictionaries = dictionaries;
        this.directions = new Directions(objects);
    }

    /**
     * Checked interventions.
     *
     * @param files to be stored before they are used
     */
    public record Checked(List<Intervention> all, List<byte[]> files) {
        public boolean has(String name) {
            return all.stream().anyMatch(i -> i.name().equals(name));
        }
    }

    /** @throws FieldProblem on a field below {@code interventions}; nothing is kept then */
    public Checked check(RegisteredModel model, @Nullable List<@Nullable InterventionRequest> requests) {
        List<@Nullable InterventionRequest> given = requests == null ? List.of() : requests;
        if (given.size() > MAX) {
            throw new FieldProblem("interventions", given.size(), "at most " + MAX);
        }
        List<Intervention> all = new ArrayList<>();
        List<byte[]> files = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < given.size(); i++) {
            InterventionRequest request = given.get(i);
            all.add(inside("interventions[" + i + "]", () -> {
                if (request == null) {
                    throw new FieldProblem("", null, "an intervention with name, hook and kind");
                }
                String name = request.name();
                if (name == null || !name.matches("[a-z0-9][a-z0-9-]{0,62}") || !names.add(name)) {
                    throw new FieldProblem(
                            "name", name, "1 to 63 of a-z, 0-9 and -, which no other intervention is called");
                }
                HookPoint hook = inside("hook", () -> {
                    if (request.hook() == null) {
                        throw new FieldProblem("", null, "a hook point of the model");
                    }
                    return models.hook(model, request.hook());
                });
                Intervention checked =
                        new InterventionCheck(request, hook, dictionaries, directions, files).intervention(name);
                inside("hook", () -> {
                    models.requireEditable(model, new EditSite(hook.tensor(), hook.width(), 1, checked.isTopK()));
                    return hook;
                });
                return checked;
            }));
        }
        return new Checked(List.copyOf(all), files);
    }

    /**
     * The logits of a model whose predictions can be compared token by token.
     *
     * @throws FieldProblem on the empty field when it is no causal language model, or its logits are too many
     */
    public HookPoint requireJudgeable(RegisteredModel model) {
        HookPoint logits = models.logits(model);
        long bytes = 2L * model.context() * logits.width() * Float.BYTES;
        if (bytes > maxLogitBytes) {
            throw new FieldProblem(
                    "",
                    null,
                    "nothing, as the logits of the model's longest document, clean and changed, take " + bytes
                            + " bytes, more than " + maxLogitBytes);
        }
        return logits;
    }

    /** Stores what checked interventions refer to. */
    public void keep(Checked checked) {
        checked.files.forEach(directions::keep);
    }

    /**
     * What an arm's interventions are in a run.
     *
     * @param measured of every intervention whose scale is relative, by name
     */
    public ArmEdits bind(JobInterventions job, String arm, Map<String, Measured> measured) {
        if (!job.any(arm)) {
            return ArmEdits.NONE;
        }
        synchronized (ready) {
            return ready.computeIfAbsent(
                    new BoundKey(job, arm, Map.copyOf(measured)), key -> bound(job, arm, measured));
        }
    }

    private ArmEdits bound(JobInterventions job, String arm, Map<String, Measured> measured) {
        List<EditSite> sites = job.sites();
        List<String> tensors = sites.stream().map(EditSite::tensor).toList();
        Map<Integer, Integer> slots = new HashMap<>();
        List<ArmEdits.Bound> bound = new ArrayList<>();
        List<Provenance> provenance = new ArrayList<>();
        for (Intervention intervention : job.of(arm)) {
            Measured values = measured.getOrDefault(intervention.name(), Measured.NOTHING);
            int site = tensors.indexOf(intervention.tensor());
            int slot = slots.merge(site, 1, Integer::sum) - 1;
            bound.add(new ArmEdits.Bound(site, slot, edit(intervention, values), intervention.positions()));
            provenance.add(new Provenance(intervention, intervention.isMeasured() ? values : null));
        }
        return new ArmEdits(sites, bound, new String(Json.canonical(provenance), StandardCharsets.UTF_8));
    }

    /** What a shard says of an intervention that its rows were made with. */
    private record Provenance(
            Intervention intervention, @Nullable Measured measured) {}

    private Edit edit(Intervention of, Measured measured) {
        return switch (of.kind()) {
            case ADD, SHIFT_HEAD -> Edit.add(delta(of, measured));
            case ABLATE_DIRECTION -> Edit.project(scaled(vector(of), 1 / norm(vector(of)), 0, of.width()));
            case ABLATE_FEATURE ->
                Edit.ablate(
                        dictionaries.get(of.dictionary()),
                        of.features() == null
                                ? new int[0]
                                : of.features().stream().mapToInt(j -> j).toArray());
            case RECONSTRUCT -> Edit.reconstruct(dictionaries.get(of.dictionary()));
        };
    }

    private float[] delta(Intervention of, Measured measured) {
        Scale scale = of.scale() == null ? new Scale(1, Unit.ABSOLUTE) : of.scale();
        float[] vector = vector(of);
        double length = scale.unit() == Unit.ABSOLUTE ? 1 : norm(vector);
        return scaled(vector, measured.factor(scale) / length, of.from(), of.width());
    }

    private float[] vector(Intervention of) {
        if (of.feature() != null) {
            return decoderRow(
                    dictionaries.get(of.feature().dictionary()), of.feature().index());
        }
        if (of.direction() == null) {
            throw new IllegalStateException(of.name() + " has no direction");
        }
        return directions.read(of.direction(), of.count());
    }

    /** Where an intervention is made. */
    public static HookPoint hookPoint(Intervention of) {
        return new HookPoint(of.hook(), null, of.tensor(), null, of.width(), null, null);
    }

    /** Starts measuring what the scale of an intervention refers to. */
    public Measured.Gathering gathering(Intervention of) {
        float[] vector = vector(of);
        double norm = norm(vector);
        double[] unit = new double[vector.length];
        Arrays.setAll(unit, i -> vector[i] / norm);
        return new Measured.Gathering(of, unit);
    }

    private static float[] scaled(float[] vector, double factor, int from, int width) {
        float[] scaled = new float[width];
        for (int i = 0; i < vector.length; i++) {
            scaled[from + i] = (float) (vector[i] * factor);
        }
        return scaled;
    }

    static float[] decoderRow(Dictionary dictionary, int feature) {
        int width = dictionary.width();
        return Arrays.copyOfRange(dictionary.decoder(), feature * width, (feature + 1) * width);
    }

    static double norm(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    private static <T> T inside(String prefix, Supplier<T> part) {
        try {
            return part.get();
        } catch (FieldProblem problem) {
            throw problem.inside(prefix);
        }
    }
}
