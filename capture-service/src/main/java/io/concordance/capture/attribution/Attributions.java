package io.concordance.capture.attribution;

import io.concordance.capture.attribution.OutcomeMetric.Kind;
import io.concordance.capture.intervention.Dictionaries;
import io.concordance.capture.intervention.Interventions;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.gradient.GradientTarget;
import io.concordance.capture.model.gradient.UnsupportedGradientException;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.problem.FieldProblem;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Checks what jobs ask about outcomes. */
@ApplicationScoped
public class Attributions {
    private static final int STEPS = 8;
    private static final int MOST_STEPS = 64;
    private static final int MOST_GROUPS = 256;
    private static final int MOST_FEATURES = 1024;
    private static final int MOST_TOKENS = 64;

    private final Models models;
    private final Dictionaries dictionaries;
    private final Interventions interventions;

    Attributions(Models models, Dictionaries dictionaries, Interventions interventions) {
        this.models = models;
        this.dictionaries = dictionaries;
        this.interventions = interventions;
    }

    /**
     * @param hook where the dictionary reads
     * @throws FieldProblem on the first field at fault
     */
    public @Nullable Attribution check(RegisteredModel model, HookPoint hook, @Nullable AttributionRequest request) {
        if (request == null) {
            return null;
        }
        HookPoint logits = inside("metric", () -> interventions.requireJudgeable(model));
        Dictionary dictionary = inside("dictionary", () -> dictionaries.get(request.dictionary()));
        if (dictionary.width() != hook.width()) {
            throw new FieldProblem(
                    "dictionary",
                    "width " + dictionary.width() + ", learnt at "
                            + dictionary.info().hook(),
                    "a dictionary of width " + hook.width() + ", as " + hook.name() + " has");
        }
        OutcomeMetric metric = inside("metric", () -> metric(model, request.metric()));
        List<List<Integer>> groups = groups(request.ablate(), dictionary.features());
        boolean gradients = request.gradients() == null ? groups == null : request.gradients();
        if (!gradients && groups == null) {
            throw new FieldProblem("gradients", false, "true, or features to ablate");
        }
        int steps = steps(request.steps(), gradients);
        GradientTarget target = metric.target(logits.tensor());
        if (gradients) {
            inside("gradients", () -> supported(() -> models.gradients(model, hook, target, m -> hook)));
        }
        if (groups != null) {
            inside("ablate", () -> supported(() -> models.downstream(model, hook, target, m -> hook)));
        }
        return new Attribution(String.valueOf(request.dictionary()), metric, gradients, steps, groups);
    }

    private static <T> T supported(Supplier<T> open) {
        try {
            return open.get();
        } catch (UnsupportedGradientException e) {
            throw new FieldProblem("", null, "a model that can be differentiated (" + e.getMessage() + ")");
        }
    }

    private static int steps(@Nullable Integer given, boolean gradients) {
        if (!gradients) {
            if (given != null && given != 0) {
                throw new FieldProblem("steps", given, "0 without gradients");
            }
            return 0;
        }
        int steps = given == null ? STEPS : given;
        if (steps < 0 || steps > MOST_STEPS) {
            throw new FieldProblem("steps", given, "0 (none) to " + MOST_STEPS);
        }
        return steps;
    }

    private OutcomeMetric metric(RegisteredModel model, AttributionRequest.@Nullable Metric given) {
        if (given == null) {
            throw new FieldProblem("", null, "kind log-probability with text, or log-odds with tokens");
        }
        return switch (given.kind()) {
            case "log-probability" -> {
                refuse("tokens", given.tokens(), "log-probability");
                yield action(model, given.text());
            }
            case "log-odds" -> {
                refuse("text", given.text(), "log-odds");
                yield odds(model, given.tokens());
            }
            case null, default -> throw new FieldProblem("kind", given.kind(), "log-probability or log-odds");
        };
    }

    private static void refuse(String field, @Nullable Object given, String kind) {
        if (given != null) {
            throw new FieldProblem(field, given, "no " + field + " for kind " + kind);
        }
    }

    private OutcomeMetric action(RegisteredModel model, @Nullable String text) {
        int[] tokens = text == null ? new int[0] : models.tokens(model, text);
        int most = Math.min(MOST_TOKENS, model.context() - 1);
        if (text == null || tokens.length < 1 || tokens.length > most) {
            throw new FieldProblem("text", text, "a text of 1 to " + most + " tokens, not " + tokens.length);
        }
        return new OutcomeMetric(Kind.LOG_PROBABILITY, List.of(text), boxed(tokens));
    }

    private OutcomeMetric odds(RegisteredModel model, @Nullable List<@Nullable String> texts) {
        if (texts == null || texts.isEmpty() || texts.size() > MOST_TOKENS) {
            throw new FieldProblem("tokens", texts == null ? null : texts.size(), "1 to " + MOST_TOKENS + " tokens");
        }
        List<String> named = new ArrayList<>();
        List<Integer> tokens = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            int[] found = text == null ? new int[0] : models.tokens(model, text);
            if (text == null || found.length != 1 || tokens.contains(found[0])) {
                throw new FieldProblem(
                        "tokens[" + i + "]", text, "a text of one token, each token once, not of " + found.length);
            }
            named.add(text);
            tokens.add(found[0]);
        }
        return new OutcomeMetric(Kind.LOG_ODDS, named, tokens);
    }

    private static List<Integer> boxed(int[] tokens) {
        List<Integer> boxed = new ArrayList<>();
        for (int token : tokens) {
            boxed.add(token);
        }
        return boxed;
    }

    private static @Nullable List<List<Integer>> groups(
            @Nullable List<@Nullable List<@Nullable Integer>> given, int features) {
        if (given == null) {
            return null;
        }
        if (given.isEmpty() || given.size() > MOST_GROUPS) {
            throw new FieldProblem("ablate", given.size(), "1 to " + MOST_GROUPS + " lists of features");
        }
        List<List<Integer>> groups = new ArrayList<>();
        for (int g = 0; g < given.size(); g++) {
            List<@Nullable Integer> group = given.get(g);
            String field = "ablate[" + g + "]";
            if (group == null || group.isEmpty() || group.size() > MOST_FEATURES) {
                throw new FieldProblem(
                        field, group == null ? null : group.size(), "1 to " + MOST_FEATURES + " features");
            }
            List<Integer> checked = new ArrayList<>();
            for (int i = 0; i < group.size(); i++) {
                Integer feature = group.get(i);
                if (feature == null || feature < 0 || feature >= features) {
                    throw new FieldProblem(
                            field + "[" + i + "]", feature, "a feature of the dictionary, 0 to " + (features - 1));
                }
                checked.add(feature);
            }
            groups.add(checked.stream().distinct().sorted().toList());
        }
        return groups;
    }

    private static <T> T inside(String prefix, Supplier<T> part) {
        try {
            return part.get();
        } catch (FieldProblem problem) {
            throw problem.inside(prefix);
        }
    }
}
