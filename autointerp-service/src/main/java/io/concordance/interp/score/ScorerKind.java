package io.concordance.interp.score;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a model is asked to do with a label. */
public enum ScorerKind {
    /** Tell firing windows from silent ones. */
    DETECTION("detection-balanced-accuracy", new Detection()),
    /** Tell windows with the right tokens marked from windows with others marked. */
    FUZZING("fuzzing-balanced-accuracy", new Fuzzing()),
    /** Predict the activation of every token. */
    SIMULATION("simulation-pearson", new Simulation()),
    /** Find firing windows likelier for knowing the label. */
    SURPRISAL("surprisal-auroc", new Surprisal());

    private final String measure;
    private final Scorer scorer;

    ScorerKind(String measure, Scorer scorer) {
        this.measure = measure;
        this.scorer = scorer;
    }

    /** The kind with the statistic that its value is. */
    public String measure() {
        return measure;
    }

    public Scorer scorer() {
        return scorer;
    }

    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    @JsonCreator
    public static ScorerKind parse(String text) {
        for (ScorerKind kind : values()) {
            if (kind.text().equals(text)) {
                return kind;
            }
        }
        throw new FieldProblem(
                "",
                text,
                Arrays.stream(values()).map(ScorerKind::text).collect(Collectors.joining(", ", "one of ", "")));
    }
}
