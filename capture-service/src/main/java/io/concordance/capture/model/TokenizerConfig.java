package io.concordance.capture.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.capture.chat.ChatRenderer;
import io.concordance.capture.chat.ChatTemplate;
import io.concordance.capture.chat.ChatTemplateException;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a Hugging Face {@code tokenizer_config.json}.
 *
 * @param chatTemplate Jinja source; of several named ones that called {@code default}, else the first
 */
record TokenizerConfig(
        @Nullable String chatTemplate,
        @Nullable String bosToken,
        @Nullable String eosToken) {
    static final TokenizerConfig NONE = new TokenizerConfig(null, null, null);

    private static final String FIELD = "tokenizerConfig";
    private static final int MAX_TEMPLATE = 1 << 18;
    private static final int MAX_TOKEN = 1000;

    /** @throws FieldProblem on {@code tokenizerConfig} when the file is none */
    static TokenizerConfig read(Path file) {
        JsonNode root;
        try {
            root = Json.mapper().readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new FieldProblem(FIELD, null, "a Hugging Face tokenizer_config.json: not JSON");
        }
        if (!root.isObject()) {
            throw new FieldProblem(FIELD, null, "a Hugging Face tokenizer_config.json: a JSON object");
        }
        return new TokenizerConfig(
                template(root.path("chat_template")), token(root, "bos_token"), token(root, "eos_token"));
    }

    private static @Nullable String template(JsonNode given) {
        JsonNode template = given;
        if (given.isArray() && !given.isEmpty()) {
            JsonNode chosen = given.get(0);
            for (JsonNode named : given) {
                if (named.path("name").asText().equals("default")) {
                    chosen = named;
                    break;
                }
            }
            template = chosen.path("template");
        }
        if (template.isMissingNode() || template.isNull() || given.isArray() && given.isEmpty()) {
            return null;
        }
        if (!template.isTextual() || template.textValue().length() > MAX_TEMPLATE) {
            throw new FieldProblem(
                    FIELD + ".chat_template",
                    null,
                    "a Jinja template of at most " + MAX_TEMPLATE + " characters, or a list of {name, template}");
        }
        try {
            ChatRenderer.of(new ChatTemplate(template.textValue(), Map.of()));
        } catch (ChatTemplateException e) {
            throw new FieldProblem(
                    FIELD + ".chat_template", null, "a template that can be read (" + e.getMessage() + ")");
        }
        return template.textValue();
    }

    /** A token is a string, or an object that has it as {@code content}. */
    private static @Nullable String token(JsonNode root, String field) {
        JsonNode token = root.path(field).isObject() ? root.path(field).path("content") : root.path(field);
        if (token.isMissingNode() || token.isNull()) {
            return null;
        }
        if (!token.isTextual() || token.textValue().length() > MAX_TOKEN) {
            throw new FieldProblem(FIELD + "." + field, null, "a token's text");
        }
        return token.textValue();
    }
}
