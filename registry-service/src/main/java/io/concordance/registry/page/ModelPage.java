package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.registry.page.FeaturePage.Fact;
import io.concordance.registry.page.Overview.Job;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model's page says, as text.
 *
 * @param unreachable why nothing is known of it; null when it is
 * @param layers its hook points as a model is drawn: blocks from the first to the last, before and behind them the rest
 * @param jobs captures of it among the latest ones, newest first
 */
record ModelPage(
        String id,
        String name,
        @Nullable String unreachable,
        List<Fact> facts,
        List<String> kinds,
        List<Layer> layers,
        List<Hook> others,
        List<Job> jobs) {

    /** @param hooks in the order of {@code kinds} */
    record Layer(String name, List<Hook> hooks) {}

    /**
     * @param alias empty where a block has no hook point of a kind
     * @param captures jobs that captured it, as text; empty when none did
     */
    record Hook(String alias, String name, String shape, String captures) {
        static final Hook NONE = new Hook("", "", "", "");
    }

    static ModelPage of(Answer model, Answer jobs, Instant now) {
        JsonNode json = model.json();
        String id = json.path("id").asText();
        List<JsonNode> own = new ArrayList<>();
        Map<String, Integer> captures = new HashMap<>();
        for (JsonNode job : jobs.json().path("items")) {
            if (job.path("model").asText().equals(id)) {
                own.add(job);
                job.path("hooks").forEach(hook -> captures.merge(hook.asText(), 1, Integer::sum));
            }
        }
        Set<String> kinds = new LinkedHashSet<>();
        Map<Integer, Map<String, Hook>> layers = new LinkedHashMap<>();
        List<Hook> others = new ArrayList<>();
        for (JsonNode hook : json.path("hooks")) {
            Hook shown = hook(hook, captures);
            if (hook.path("layer").isNumber() && hook.hasNonNull("kind")) {
                String kind = hook.path("kind").asText();
                kinds.add(kind);
                layers.computeIfAbsent(hook.path("layer").asInt(), layer -> new HashMap<>())
                        .put(kind, shown);
            } else {
                others.add(shown);
            }
        }
        return new ModelPage(
                id,
                TokenText.plain(json.path("name").asText()),
                model.problem(),
                facts(json),
                List.copyOf(kinds),
                layers.entrySet().stream()
                        .map(entry -> new Layer(
                                Integer.toString(entry.getKey()),
                                kinds.stream()
                                        .map(kind -> entry.getValue().getOrDefault(kind, Hook.NONE))
                                        .toList()))
                        .toList(),
                others,
                own.stream().map(job -> Job.of(job, now)).toList());
    }

    private static Hook hook(JsonNode hook, Map<String, Integer> captures) {
        String name = hook.path("name").asText();
        int jobs = captures.getOrDefault(name, 0);
        return new Hook(
                TokenText.plain(hook.path("alias").asText(name)),
                TokenText.plain(name),
                Format.count(hook.path("width").asLong()) + " values"
                        + (hook.hasNonNull("heads") ? ", " + hook.path("heads").asInt() + " heads" : ""),
                jobs == 0 ? "" : jobs + (jobs == 1 ? " capture" : " captures"));
    }

    private static List<Fact> facts(JsonNode model) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact(
                "Size",
                Format.count(model.path("layers").asLong()) + " layers, width "
                        + Format.count(model.path("width").asLong()) + ", vocabulary "
                        + Format.count(model.path("vocabulary").asLong()) + ", context "
                        + Format.count(model.path("context").asLong()) + " tokens"));
        facts.add(new Fact("ONNX file", model.path("onnxDigest").asText()));
        facts.add(new Fact("Tokenizer", model.path("tokenizerDigest").asText()));
        if (model.hasNonNull("dataDigest")) {
            facts.add(new Fact("External data", model.path("dataDigest").asText()));
        }
        JsonNode parity = model.path("parity");
        facts.add(new Fact(
                "Parity with hooks exposed",
                parity.isMissingNode()
                        ? "not checked"
                        : (parity.path("identical").asBoolean()
                                        ? "the same logits, bit for bit"
                                        : "logits differ by up to "
                                                + Format.number(parity.path("maxAbsDifference")
                                                        .asDouble()))
                                + ", over " + Format.count(parity.path("tokens").asLong()) + " tokens"));
        JsonNode gradients = model.path("gradients");
        facts.add(new Fact(
                "Gradients",
                gradients.path("supported").asBoolean()
                        ? "supported; largest disagreement with finite differences "
                                + Format.number(
                                        gradients.path("maxRelativeError").asDouble()) + " of their length"
                        : "not supported: "
                                + TokenText.plain(gradients.path("problem").asText("not known"))));
        facts.add(
                new Fact("Chat template", model.hasNonNull("chatTemplate") ? "roles are rendered through it" : "none"));
        return facts;
    }
}
