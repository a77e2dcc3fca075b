package io.concordance.interp.chat;

import org.jspecify.annotations.Nullable;

/**
 * An OpenAI-compatible endpoint and the model asked there.
 *
 * @param baseUrl what {@code /chat/completions} is appended to, such as {@code https://api.example.org/v1}
 * @param model name of the model at the endpoint
 * @param key name of a configured key; null for none. The key itself never leaves the configuration
 */
public record Endpoint(
        String baseUrl, String model, @Nullable String key, TrustTier trustTier) {}
