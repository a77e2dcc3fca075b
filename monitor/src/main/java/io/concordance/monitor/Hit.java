package io.concordance.monitor;

/**
 * A feature that peaked above its threshold in a session on which its rule fired.
 *
 * @param rule id of the rule
 * @param featureUid the feature
 * @param token index of the first token where the activation was highest
 * @param value that activation
 * @param threshold what it exceeded
 */
public record Hit(String rule, String featureUid, int token, float value, float threshold) {}
