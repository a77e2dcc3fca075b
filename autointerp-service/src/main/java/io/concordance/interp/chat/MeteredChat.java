package io.concordance.interp.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.interp.chat.ChatFailure.BudgetSpent;
import io.concordance.interp.chat.ChatFailure.NoAnswer;
import io.concordance.interp.chat.ChatFailure.Refused;
import io.concordance.interp.chat.ChatFailure.Unavailable;
import io.concordance.interp.chat.Ledger.Answered;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Asks an endpoint what was not asked before, within a budget. Questions are known by the hash of all that is sent. */
final class MeteredChat implements Chat {
    private static final String WORDS = "/chat/completions";
    private static final String WEIGHTS = "/completions";
    private static final long SEED = 0;

    /** Not found, method not allowed, not implemented. */
    private static final Set<Integer> NOT_OFFERED = Set.of(404, 405, 501);

    private final Endpoint endpoint;
    private final EndpointClient client;
    private final Ledger ledger;
    private final Budget budget;

    MeteredChat(Endpoint endpoint, EndpointClient client, Ledger ledger, Budget budget) {
        this.endpoint = endpoint;
        this.client = client;
        this.ledger = ledger;
        this.budget = budget;
    }

    /** An answer, and what it took where the endpoint says so. */
    private record Heard(Answered answered, @Nullable Usage usage) {}

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    @Override
    public ChatAnswer ask(ChatPrompt prompt) {
        Map<String, Object> body = new TreeMap<>();
        body.put("model", endpoint.model());
        body.put("messages", prompt.messages());
        body.put("max_tokens", prompt.maxTokens());
        body.put("temperature", 0);
        body.put("seed", SEED);
        Usage most = new Usage(prompt.tokenBound(), prompt.maxTokens());
        Answered answered = answered(WORDS, body, most, MeteredChat::words);
        return new ChatAnswer(answered.text() == null ? "" : answered.text(), answered.cut());
    }

    @Override
    public OptionalDouble logProbability(String before, String text) {
        Map<String, Object> body = new TreeMap<>();
        body.put("model", endpoint.model());
        body.put("prompt", before + text);
        body.put("max_tokens", 1);
        body.put("echo", true);
        body.put("logprobs", 1);
        body.put("temperature", 0);
        Usage most = new Usage((before + text).getBytes(StandardCharsets.UTF_8).length, 1);
        int from = before.codePointCount(0, before.length());
        int to = from + text.codePointCount(0, text.length());
        try {
            Double sum = answered(WEIGHTS, body, most, answer -> weight(answer, from, to))
                    .logProbability();
            return sum == null ? OptionalDouble.empty() : OptionalDouble.of(sum);
        } catch (Refused e) {
            return OptionalDouble.empty();
        } catch (Unavailable e) {
            if (NOT_OFFERED.contains(e.status())) {
                return OptionalDouble.empty();
            }
            throw e;
        }
    }

    private Answered answered(String path, Map<String, Object> body, Usage most, Function<JsonNode, Answered> read) {
        String question = Digests.sha256(Json.canonical(List.of(endpoint.baseUrl() + path, body)));
        return ledger.known(question).orElseGet(() -> asked(path, Json.canonical(body), most, read, question));
    }

    private Answered asked(String path, byte[] body, Usage most, Function<JsonNode, Answered> read, String question) {
        double reserved = budget.cost(most);
        if (!ledger.reserve(most, reserved)) {
            throw new BudgetSpent(
                    "the next question may take " + most.tokens() + " tokens, more than the budget has left");
        }
        Heard heard;
        try {
            JsonNode answer = client.post(endpoint, path, body);
            heard = new Heard(read.apply(answer), usage(answer, most));
        } catch (NoAnswer e) {
            // It may have been worked on, so it counts for the most it can have taken.
            ledger.settle(most, reserved, most, reserved, question, null);
            throw e;
        } catch (RuntimeException e) {
            ledger.settle(most, reserved, new Usage(0, 0), 0, question, null);
            throw e;
        }
        Usage taken = heard.usage() == null ? most : heard.usage();
        ledger.settle(most, reserved, taken, budget.cost(taken), question, heard.answered());
        return heard.answered();
    }

    private static Answered words(JsonNode answer) {
        JsonNode choice = answer.path("choices").path(0);
        JsonNode content = choice.path("message").path("content");
        if (!content.isTextual()) {
            throw new NoAnswer("an answer without choices[0].message.content", null);
        }
        return new Answered(
                content.textValue(), choice.path("finish_reason").asText("").equals("length"), null);
    }

    /** Sum over the tokens that begin in {@code [from, to)}, counted in code points; without numbers for each, null. */
    private static Answered weight(JsonNode answer, int from, int to) {
        JsonNode logprobs = answer.path("choices").path(0).path("logprobs");
        JsonNode offsets = logprobs.path("text_offset");
        JsonNode values = logprobs.path("token_logprobs");
        double sum = 0;
        boolean any = false;
        for (int i = 0; i < Math.min(offsets.size(), values.size()); i++) {
            int offset = offsets.path(i).asInt(-1);
            if (offset >= from && offset < to) {
                double value = values.path(i).asDouble(Double.NaN);
                if (!(value <= 0)) {
                    return new Answered(null, false, null);
                }
                sum += value;
                any = true;
            }
        }
        return new Answered(null, false, any ? (Double) sum : null);
    }

    /** What the endpoint says it took, unless that is more than it can be. */
    private static @Nullable Usage usage(JsonNode answer, Usage most) {
        JsonNode usage = answer.path("usage");
        long prompt = usage.path("prompt_tokens").asLong(-1);
        long completion = usage.path("completion_tokens").asLong(-1);
        return prompt < 0 || completion < 0 || prompt > most.promptTokens() || completion > most.completionTokens()
                ? null
                : new Usage(prompt, completion);
    }
}
