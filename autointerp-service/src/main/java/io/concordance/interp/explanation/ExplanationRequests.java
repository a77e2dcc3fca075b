package io.concordance.interp.explanation;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.interp.chat.Budget;
import io.concordance.interp.chat.Endpoint;
import io.concordance.interp.chat.Endpoints;
import io.concordance.interp.explanation.PostgresExplanations.Target;
import io.concordance.interp.score.ScorerKind;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks wishes for labels; nothing is stored of one that is refused. */
@ApplicationScoped
class ExplanationRequests {
    private static final int MOST_FEATURES = 100_000;

    private final Endpoints endpoints;
    private final PostgresExplanations explanations;

    ExplanationRequests(Endpoints endpoints, PostgresExplanations explanations) {
        this.endpoints = endpoints;
        this.explanations = explanations;
    }

    /** A wish in which everything is known to be there. */
    record Checked(
            String dictionary, List<Target> features, Endpoint endpoint, List<ScorerKind> scorers, Budget budget) {}

    Checked check(@Nullable ExplanationRequest request) {
        if (request == null) {
            throw new FieldProblem("", null, "what to explain and whom to ask");
        }
        String dictionary = request.dictionary();
        if (dictionary == null || !Digests.isDigest(dictionary)) {
            throw new FieldProblem("dictionary", dictionary, "the digest of an analysed dictionary");
        }
        Budget budget = request.budget();
        if (budget == null) {
            throw new FieldProblem("budget", null, "a budget: tokens and, where money is limited, money and prices");
        }
        List<ScorerKind> scorers = scorers(request.scorers());
        Endpoint endpoint = endpoint(request.endpoint());
        return new Checked(dictionary, targets(dictionary, request.features()), endpoint, scorers, budget);
    }

    private Endpoint endpoint(@Nullable Endpoint given) {
        try {
            return endpoints.check(given);
        } catch (FieldProblem e) {
            throw e.inside("endpoint");
        }
    }

    private static List<ScorerKind> scorers(@Nullable List<ScorerKind> given) {
        if (given == null) {
            return List.of(ScorerKind.DETECTION, ScorerKind.FUZZING);
        }
        if (given.isEmpty() || new HashSet<>(given).size() != given.size()) {
            throw new FieldProblem("scorers", given.isEmpty() ? "none" : "one of them twice", "different scorers");
        }
        return List.copyOf(given);
    }

    private List<Target> targets(String dictionary, @Nullable List<String> wanted) {
        List<Target> fired = explanations.fired(dictionary);
        if (fired.isEmpty()) {
            throw new FieldProblem("dictionary", dictionary, "an analysed dictionary with features that fired");
        }
        if (wanted == null) {
            return fired;
        }
        if (wanted.isEmpty() || wanted.size() > MOST_FEATURES) {
            throw new FieldProblem("features", wanted.size() + " features", "1 to " + MOST_FEATURES);
        }
        Map<String, Target> byUid = new HashMap<>();
        fired.forEach(target -> byUid.put(target.uid(), target));
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < wanted.size(); i++) {
            if (!byUid.containsKey(wanted.get(i)) || !seen.add(wanted.get(i))) {
                throw new FieldProblem(
                        "features[" + i + "]", wanted.get(i), "a feature of the dictionary that fired, named once");
            }
        }
        return fired.stream().filter(target -> seen.contains(target.uid())).toList();
    }
}
