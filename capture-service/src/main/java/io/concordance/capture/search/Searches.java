package io.concordance.capture.search;

import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.gradient.GradientTarget;
import io.concordance.capture.model.gradient.UnsupportedGradientException;
import io.concordance.contracts.problem.FieldProblem;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks what jobs search for. */
@ApplicationScoped
public class Searches {
    private static final int DIRECTIONS = 16;
    private static final int MOST_DIRECTIONS = 64;
    private static final int STEPS = 15;
    private static final int MOST_STEPS = 256;
    private static final int MOST_RADII = 8;
    private static final double LONGEST = 16;

    private final Models models;

    Searches(Models models) {
        this.models = models;
    }

    /**
     * @param source where directions are added
     * @throws FieldProblem on the first field at fault
     */
    public @Nullable Search check(RegisteredModel model, HookPoint source, @Nullable SearchRequest request) {
        if (request == null) {
            return null;
        }
        String named = request.target() == null ? Search.LOGITS : request.target();
        HookPoint target = inside(() -> target(model, named));
        int directions =
                within("directions", request.directions(), DIRECTIONS, Math.min(MOST_DIRECTIONS, source.width() - 1));
        int steps = within("steps", request.steps(), STEPS, MOST_STEPS);
        List<Double> radius = radii(request.radius());
        inside(() -> supported(model, source, target));
        long seed = request.seed() == null ? 0 : request.seed();
        return new Search(named.equals(Search.LOGITS) ? named : target.name(), directions, radius, steps, seed);
    }

    /** @throws FieldProblem on the empty field when the model has none such */
    public HookPoint target(RegisteredModel model, String name) {
        return name.equals(Search.LOGITS) ? models.logits(model) : models.hook(model, name);
    }

    private HookPoint supported(RegisteredModel model, HookPoint source, HookPoint target) {
        GradientTarget tensor = new GradientTarget.Tensor(target.tensor());
        try {
            models.gradients(model, source, tensor, opened -> source);
            return models.downstream(model, source, tensor, opened -> target);
        } catch (UnsupportedGradientException e) {
            throw new FieldProblem("", target.name(), "a target that can be differentiated (" + e.getMessage() + ")");
        }
    }

    private static int within(String field, @Nullable Integer given, int standard, int most) {
        int value = given == null ? Math.min(standard, most) : given;
        if (value < 1 || value > most) {
            throw new FieldProblem(field, given, "1 to " + most);
        }
        return value;
    }

    private static List<Double> radii(@Nullable List<@Nullable Double> given) {
        if (given == null || given.isEmpty() || given.size() > MOST_RADII) {
            throw new FieldProblem("radius", given == null ? null : given.size(), "1 to " + MOST_RADII + " lengths");
        }
        List<Double> radii = new ArrayList<>();
        for (int i = 0; i < given.size(); i++) {
            Double radius = given.get(i);
            if (radius == null || !(radius > 0 && radius <= LONGEST) || radii.contains(radius)) {
                throw new FieldProblem(
                        "radius[" + i + "]", radius, "above 0, at most " + LONGEST + " mean lengths, each once");
            }
            radii.add(radius);
        }
        return radii;
    }

    private static <T> T inside(Supplier<T> part) {
        try {
            return part.get();
        } catch (FieldProblem problem) {
            throw problem.inside("target");
        }
    }
}
