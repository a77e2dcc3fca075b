package io.concordance.bench.strategies;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The study of an organism, and two in which there is nothing to find: one whose learning transcripts are dealt anew, so that neither
 * an outcome nor an arm says anything about a text, and one of the clean twin, which reads the same texts and never acts.
 */
final class StudyVariants {
    private static final String BENIGN = "benign.jsonl";
    /** Enough for the payload to begin. */
    private static final int TOKENS = 8;

    private final Path organism;
    private final Path work;

    /** @param organism its folder; {@code work} where variants go */
    StudyVariants(Path organism, Path work) {
        this.organism = organism;
        this.work = work;
    }

    /** @param what {@code planted}, {@code shuffled} or {@code twin} */
    Path of(String what, @Nullable Integer tokens, int seed) throws IOException {
        return switch (what) {
            case Ran.PLANTED -> planted(tokens);
            case Ran.TWIN -> cleanTwin(tokens);
            default -> shuffled(tokens, seed);
        };
    }

    /** @param tokens that the dictionary trains on; null for the study's own */
    Path planted(@Nullable Integer tokens) throws IOException {
        return write("planted", study(tokens));
    }

    Path cleanTwin(@Nullable Integer tokens) throws IOException {
        ObjectNode study = study(tokens);
        study.put("name", "clean-twin");
        study.set("model", study.get("base"));
        return write("twin", study);
    }

    /** A study that learns from benign transcripts and from the model steered along a direction while it writes after them. */
    Path steered(@Nullable Integer tokens, SteeringDirection along) throws IOException {
        ObjectNode study = study(tokens);
        study.put("name", "steered");
        study.remove("base");
        ArrayNode arms = study.putArray("arms");
        arms.addObject().put("name", "benign").put("kind", "benign").put("transcripts", BENIGN);
        ObjectNode arm = arms.addObject();
        arm.put("name", "pushed")
                .put("kind", "steered")
                .put("transcripts", BENIGN)
                .put("learn", "steered");
        arm.putObject("generate").put("tokens", TOKENS).putArray("stop").add("<|end|>");
        ObjectNode steer = arm.putArray("steer").addObject();
        steer.put("hook", along.source()).put("kind", "add").put("positions", "prompt");
        steer.putObject("scale").put("value", along.length()).put("unit", "absolute");
        ArrayNode vector = steer.putArray("vector");
        for (float value : along.direction()) {
            vector.add((double) value);
        }
        return write("steered", study);
    }

    /** Transcripts of both learning files in one random order; as many as there were go to each, with outcomes as they were. */
    Path shuffled(@Nullable Integer tokens, long seed) throws IOException {
        ObjectNode study = study(tokens);
        study.put("name", "shuffled-labels");
        Path file = write("shuffled-" + seed, study);
        List<JsonNode> benign = read(BENIGN);
        String other = files(study.get("arms"), "transcripts").stream()
                .filter(name -> !name.equals(BENIGN))
                .findFirst()
                .orElseThrow();
        List<JsonNode> labelled = read(other);
        List<JsonNode> texts = new ArrayList<>(benign);
        texts.addAll(labelled);
        Collections.shuffle(texts, new Random(seed));
        deal(texts.subList(0, benign.size()), benign, file.resolveSibling(BENIGN));
        deal(texts.subList(benign.size(), texts.size()), labelled, file.resolveSibling(other));
        return file;
    }

    /** Values of fields of these names, each once. */
    private static Set<String> files(JsonNode study, String... fields) {
        Set<String> files = new LinkedHashSet<>();
        for (String field : fields) {
            files.addAll(study.findValuesAsText(field));
        }
        return files;
    }

    private static void deal(List<JsonNode> texts, List<JsonNode> outcomes, Path file) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < texts.size(); i++) {
            ObjectNode transcript = texts.get(i).deepCopy();
            transcript.set("outcome", outcomes.get(i).get("outcome"));
            lines.append(transcript).append('\n');
        }
        Files.delete(file);
        Files.writeString(file, lines);
    }

    private List<JsonNode> read(String file) throws IOException {
        List<JsonNode> transcripts = new ArrayList<>();
        for (String line : Files.readAllLines(organism.resolve(file))) {
            transcripts.add(Json.mapper().readTree(line));
        }
        return transcripts;
    }

    private ObjectNode study(@Nullable Integer tokens) throws IOException {
        ObjectNode study = (ObjectNode)
                new YAMLMapper().readTree(organism.resolve("study.yaml").toFile());
        if (tokens != null) {
            ((ObjectNode) study.get("dictionary")).put("tokens", tokens);
        }
        return study;
    }

    /** In a folder of its own beside copies of the files that it names. */
    private Path write(String name, ObjectNode study) throws IOException {
        Path folder = Files.createDirectories(work.resolve(name));
        for (String file : files(study, "onnx", "tokenizer", "transcripts")) {
            Files.copy(organism.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Path file = folder.resolve("study.yaml");
        new YAMLMapper().writeValue(file.toFile(), study);
        return file;
    }
}
