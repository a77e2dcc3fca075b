package io.concordance.contracts.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads study files and checks what can be checked without the models: every problem names its field. */
public final class StudyFile {
    private static final long MAX_BYTES = 1 << 20;
    private static final int MAX_WIDTH = 1 << 20;
    private static final List<String> ACTIVATIONS = List.of("batchtopk", "jumprelu", "matryoshka", "topk");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final ObjectMapper YAML =
            Json.configure(YAMLMapper.builder()).build();

    private StudyFile() {}

    /**
     * Reads and checks a study file.
     *
     * @throws FieldProblem on an unknown key, a missing or impossible value
     */
    public static Study read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new FieldProblem("study", file, "a readable study file");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new FieldProblem("study", Files.size(file) + " bytes", "at most " + MAX_BYTES + " bytes");
            }
            return parse(Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new FieldProblem("study", null, "text in UTF-8");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Parses and checks a study from YAML text. */
    public static Study parse(String yaml) {
        Study study;
        try {
            study = YAML.readValue(yaml, Study.class);
        } catch (JsonProcessingException e) {
            throw problem(e);
        }
        if (study == null) {
            throw new FieldProblem("study", null, "a YAML document");
        }
        return check(study);
    }

    private static FieldProblem problem(JsonProcessingException e) {
        String path = e instanceof JsonMappingException mapping ? path(mapping) : "";
        return switch (e) {
            case UnrecognizedPropertyException unknown ->
                new FieldProblem(
                        path,
                        null,
                        "one of the keys "
                                + new TreeSet<>(
                                        unknown.getKnownPropertyIds() == null
                                                ? Set.of()
                                                : unknown.getKnownPropertyIds().stream()
                                                        .map(String::valueOf)
                                                        .collect(Collectors.toSet())));
            case MismatchedInputException wrong ->
                new FieldProblem(path, null, "a value of another type (" + wrong.getOriginalMessage() + ")");
            default ->
                new FieldProblem(path.isEmpty() ? "study" : path, null, "valid YAML (" + e.getOriginalMessage() + ")");
        };
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() != null) {
                path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
            } else {
                path.append('[').append(step.getIndex()).append(']');
            }
        }
        return path.toString();
    }

    /** Checks a study however it came, for instance as a request body. Returns it. */
    public static Study check(Study study) {
        require("apiVersion", study.apiVersion());
        if (!study.apiVersion().equals(Study.API_VERSION)) {
            throw new FieldProblem("apiVersion", study.apiVersion(), Study.API_VERSION);
        }
        require("kind", study.kind());
        if (!study.kind().equals("Study")) {
            throw new FieldProblem("kind", study.kind(), "Study");
        }
        name("name", study.name());
        model("model", require("model", study.model()));
        Study.@Nullable Model base = study.base();
        if (base != null) {
            model("base", base);
        }
        List<String> hooks = require("hooks", study.hooks());
        if (hooks.isEmpty()) {
            throw new FieldProblem("hooks", "[]", "at least one hook point");
        }
        for (int i = 0; i < hooks.size(); i++) {
            text("hooks[" + i + "]", hooks.get(i));
        }
        scenario(require("scenario", study.scenario()));
        arms(require("arms", study.arms()), base != null);
        dictionary(require("dictionary", study.dictionary()));
        Study.Evaluation evaluate = require("evaluate", study.evaluate());
        text("evaluate.transcripts", evaluate.transcripts());
        for (int i = 0; i < study.arms().size(); i++) {
            if (study.arms().get(i).transcripts().equals(evaluate.transcripts())) {
                throw new FieldProblem(
                        "evaluate.transcripts", evaluate.transcripts(), "a file that no arm learns from");
            }
        }
        double rate = evaluate.maxFalsePositiveRate();
        if (!(rate > 0 && rate < 1)) {
            throw new FieldProblem("evaluate.maxFalsePositiveRate", rate, "a rate between 0 and 1");
        }
        return study;
    }

    private static void model(String field, Study.Model model) {
        name(field + ".name", model.name());
        text(field + ".onnx", model.onnx());
        text(field + ".tokenizer", model.tokenizer());
    }

    private static void scenario(Study.Scenario scenario) {
        text("scenario.feature", scenario.feature());
        text("scenario.model", scenario.model());
        action("scenario.action", require("scenario.action", scenario.action()));
    }

    static void action(String field, Study.Action action) {
        require(field + ".kind", action.kind());
        if (!action.kind().equals("text")) {
            throw new FieldProblem(field + ".kind", action.kind(), "text");
        }
        text(field + ".contains", action.contains());
    }

    private static void arms(List<Study.Arm> arms, boolean hasBase) {
        if (arms.isEmpty()) {
            throw new FieldProblem("arms", "[]", "at least one arm");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < arms.size(); i++) {
            String at = "arms[" + i + "]";
            Study.Arm arm = require(at, arms.get(i));
            name(at + ".name", arm.name());
            if (!names.add(arm.name())) {
                throw new FieldProblem(at + ".name", arm.name(), "a name that no other arm has");
            }
            require(at + ".kind", arm.kind());
            ArmKind kind = ArmKind.named(arm.kind())
                    .orElseThrow(() -> new FieldProblem(at + ".kind", arm.kind(), "one of " + ArmKind.names()));
            text(at + ".transcripts", arm.transcripts());
            if (kind == ArmKind.BASE_MODEL && !hasBase) {
                throw new FieldProblem(at + ".kind", arm.kind(), "a kind other than base-model, or a `base` model");
            }
            try {
                ArmCheck.check(arm, kind);
            } catch (FieldProblem e) {
                throw e.inside(at);
            }
        }
        if (arms.stream().noneMatch(arm -> arm.kind().equals(ArmKind.BENIGN.wireName()))) {
            throw new FieldProblem("arms", null, "at least one arm of kind benign, which sets thresholds");
        }
    }

    private static void dictionary(Study.DictionarySpec dictionary) {
        if (dictionary.width() < 1 || dictionary.width() > MAX_WIDTH) {
            throw new FieldProblem("dictionary.width", dictionary.width(), "1 to " + MAX_WIDTH + " features");
        }
        if (dictionary.k() < 1 || dictionary.k() > dictionary.width()) {
            throw new FieldProblem("dictionary.k", dictionary.k(), "1 to width (" + dictionary.width() + ")");
        }
        require("dictionary.activation", dictionary.activation());
        if (!ACTIVATIONS.contains(dictionary.activation())) {
            throw new FieldProblem(
                    "dictionary.activation", dictionary.activation(), "one of " + String.join(", ", ACTIVATIONS));
        }
        if (dictionary.tokens() < 1) {
            throw new FieldProblem("dictionary.tokens", dictionary.tokens(), "at least 1");
        }
    }

    private static void name(String field, @Nullable String value) {
        require(field, value);
        if (value == null || !NAME.matcher(value).matches()) {
            throw new FieldProblem(field, value, "1 to 63 characters of a-z, 0-9 and -, not starting with -");
        }
    }

    private static void text(String field, @Nullable String value) {
        if (require(field, value).isBlank()) {
            throw new FieldProblem(field, value, "some text");
        }
    }

    private static <T> T require(String field, @Nullable T value) {
        if (value == null) {
            throw new FieldProblem(field, null, "a value");
        }
        return value;
    }
}
