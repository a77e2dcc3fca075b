package io.concordance.bench.strategies;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The bundled study, and two in which there is nothing to find: one whose learning transcripts are dealt anew, so that neither
 * an outcome nor an arm says anything about a text, and one of the clean twin, which reads the same texts and never acts.
 */
final class StudyVariants {
    private static final String BENIGN = "benign.jsonl";
    private static final String OFF_POLICY = "off_policy.jsonl";

    private final Path demo;
    private final Path work;

    StudyVariants(Path demo, Path work) {
        this.demo = demo;
        this.work = work;
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

    /** Transcripts of both learning files in one random order; as many as there were go to each, with outcomes as they were. */
    Path shuffled(@Nullable Integer tokens, long seed) throws IOException {
        ObjectNode study = study(tokens);
        study.put("name", "shuffled-labels");
        Path file = write("shuffled-" + seed, study);
        List<JsonNode> benign = read(BENIGN);
        List<JsonNode> offPolicy = read(OFF_POLICY);
        List<JsonNode> texts = new ArrayList<>(benign);
        texts.addAll(offPolicy);
        Collections.shuffle(texts, new Random(seed));
        deal(texts.subList(0, benign.size()), benign, file.resolveSibling(BENIGN));
        deal(texts.subList(benign.size(), texts.size()), offPolicy, file.resolveSibling(OFF_POLICY));
        return file;
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
        for (String line : Files.readAllLines(demo.resolve(file))) {
            transcripts.add(Json.mapper().readTree(line));
        }
        return transcripts;
    }

    private ObjectNode study(@Nullable Integer tokens) throws IOException {
        ObjectNode study = (ObjectNode)
                new YAMLMapper().readTree(demo.resolve("study.yaml").toFile());
        if (tokens != null) {
            ((ObjectNode) study.get("dictionary")).put("tokens", tokens);
        }
        return study;
    }

    /** In a folder of its own beside copies of the files that it names. */
    private Path write(String name, ObjectNode study) throws IOException {
        Path folder = Files.createDirectories(work.resolve(name));
        for (String file :
                List.of("model.onnx", "base.onnx", "tokenizer.json", BENIGN, OFF_POLICY, "deployment.jsonl")) {
            Files.copy(demo.resolve(file), folder.resolve(file));
        }
        Path file = folder.resolve("study.yaml");
        new YAMLMapper().writeValue(file.toFile(), study);
        return file;
    }
}
