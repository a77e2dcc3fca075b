package io.concordance.contracts.study;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.Study.Arm;
import io.concordance.contracts.study.Study.Generate;
import io.concordance.contracts.study.Study.Search;
import io.concordance.contracts.study.Study.Steer;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks what an arm asks of the model besides reading. Every problem names a field of the arm. */
final class ArmCheck {
    private static final int MOST_TOKENS = 1 << 16;
    private static final int MOST_STEERS = 16;
    private static final int MOST_WIDTH = 1 << 16;
    /** A job has one arm for each direction and one for each control, and 64 arms. */
    private static final int MOST_DIRECTIONS = 32;

    private static final int MOST_RADII = 8;
    private static final double LONGEST = 16;
    private static final List<String> KINDS = List.of("add", "ablate-direction");
    private static final List<String> OF_STEERED = List.of(Arm.REPLAY, Arm.STEERED);
    private static final List<String> OF_BASE = List.of(Arm.MIX, Arm.ALONE, Arm.DIFFERENCE);
    private static final List<String> UNITS = List.of("absolute", "residual-norm", "sigma");

    private ArmCheck() {}

    static void check(Arm arm, ArmKind kind) {
        if (arm.search() != null && kind != ArmKind.PERTURBED) {
            throw new FieldProblem("search", null, "no search, as the arm's kind is not perturbed");
        }
        if (arm.search() != null) {
            if (arm.steer() != null) {
                throw new FieldProblem("search", null, "no search beside steer: a direction is found or given");
            }
            search(arm.search());
        }
        if (arm.systemPrompt() != null && kind != ArmKind.INSTRUCTED) {
            throw new FieldProblem("systemPrompt", arm.systemPrompt(), "none, as the arm's kind is not instructed");
        }
        if (arm.systemPrompt() != null && arm.systemPrompt().isBlank()) {
            throw new FieldProblem("systemPrompt", arm.systemPrompt(), "some text");
        }
        if (arm.action() != null) {
            if (kind != ArmKind.ROLE_PLAY) {
                throw new FieldProblem(
                        "action",
                        arm.action().contains(),
                        "none, as the arm's kind is not role-play: the scenario has it");
            }
            StudyFile.action("action", arm.action());
        }
        Generate generate = arm.generate();
        if (generate != null) {
            if (kind == ArmKind.OFF_POLICY) {
                throw new FieldProblem("generate", null, "none, as the model did not write off-policy transcripts");
            }
            generate(generate);
        }
        List<Steer> steer = arm.steer();
        if (steer != null) {
            steer(steer, kind, generate);
        }
        String learn = arm.learn();
        if (learn != null) {
            learn(arm, learn, kind);
        }
    }

    private static void learn(Arm arm, String learn, ArmKind kind) {
        List<String> allowed = kind == ArmKind.BASE_MODEL ? OF_BASE : arm.steer() == null ? List.of() : OF_STEERED;
        if (allowed.isEmpty()) {
            throw new FieldProblem("learn", learn, "none, as the arm has no steer and is not of kind base-model");
        }
        if (!allowed.contains(learn)) {
            throw new FieldProblem("learn", learn, "one of " + allowed);
        }
        if (learn.equals(Arm.DIFFERENCE) && !arm.standsAsItIs()) {
            throw new FieldProblem("learn", learn, "mix or alone, as two models do not write the same text");
        }
    }

    private static void search(Search search) {
        for (String[] hook : new String[][] {{"source", search.source()}, {"target", search.target()}}) {
            if (hook[1] == null || hook[1].isBlank()) {
                throw new FieldProblem("search." + hook[0], hook[1], "a hook point");
            }
        }
        within("search.directions", search.directions(), 1, MOST_DIRECTIONS);
        List<Double> radius = search.radius();
        if (radius == null || radius.isEmpty() || radius.size() > MOST_RADII) {
            throw new FieldProblem(
                    "search.radius", radius == null ? null : radius.size(), "1 to " + MOST_RADII + " lengths");
        }
        for (int i = 0; i < radius.size(); i++) {
            Double length = radius.get(i);
            if (length == null || !(length > 0 && length <= LONGEST) || radius.indexOf(length) < i) {
                throw new FieldProblem(
                        "search.radius[" + i + "]", length, "above 0, at most " + LONGEST + " mean lengths, each once");
            }
        }
    }

    private static void generate(Generate generate) {
        within("generate.tokens", generate.tokens(), 1, MOST_TOKENS);
        if (generate.temperature() != null) {
            within("generate.temperature", generate.temperature(), 0, 100);
        }
        if (generate.topP() != null && !(generate.topP() > 0 && generate.topP() <= 1)) {
            throw new FieldProblem("generate.topP", generate.topP(), "above 0, up to 1");
        }
    }

    private static void steer(List<Steer> steer, ArmKind kind, @Nullable Generate generate) {
        if (kind != ArmKind.PERTURBED && kind != ArmKind.STEERED) {
            throw new FieldProblem("steer", null, "none, as the arm's kind is neither perturbed nor steered");
        }
        if (steer.isEmpty() || steer.size() > MOST_STEERS) {
            throw new FieldProblem("steer", steer.size() + " interventions", "1 to " + MOST_STEERS);
        }
        if (generate == null) {
            throw new FieldProblem("generate", null, "how the steered model writes, as only that is learnt from");
        }
        for (int i = 0; i < steer.size(); i++) {
            try {
                steer(steer.get(i));
            } catch (FieldProblem e) {
                throw e.inside("steer[" + i + "]");
            }
        }
    }

    private static void steer(@Nullable Steer steer) {
        if (steer == null || steer.hook() == null || steer.hook().isBlank()) {
            throw new FieldProblem("hook", null, "a hook point");
        }
        if (!KINDS.contains(steer.kind())) {
            throw new FieldProblem("kind", steer.kind(), "one of " + KINDS);
        }
        long directions = Stream.of(steer.vector(), steer.direction(), steer.feature())
                .filter(direction -> direction != null)
                .count();
        if (directions != 1) {
            throw new FieldProblem("vector", directions + " directions", "one of vector, direction and feature");
        }
        List<Double> vector = steer.vector();
        if (vector != null) {
            within("vector", vector.size(), 1, MOST_WIDTH);
            if (vector.stream().anyMatch(v -> v == null || !Double.isFinite(v))) {
                throw new FieldProblem("vector", vector, "finite values");
            }
        }
        if (steer.scale() != null) {
            if (!UNITS.contains(steer.scale().unit())) {
                throw new FieldProblem("scale.unit", steer.scale().unit(), "one of " + UNITS);
            }
            if (!Double.isFinite(steer.scale().value())) {
                throw new FieldProblem("scale.value", steer.scale().value(), "a finite number");
            }
        }
    }

    private static void within(String field, double given, double low, double high) {
        if (!(given >= low && given <= high)) {
            throw new FieldProblem(field, given, low + " to " + high);
        }
    }
}
