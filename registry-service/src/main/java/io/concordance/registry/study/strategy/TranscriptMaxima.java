package io.concordance.registry.study.strategy;

import io.concordance.contracts.transcript.Outcome;

/**
 * The largest activations of a few features on one transcript.
 *
 * @param highest over all tokens, {@code [features]}, 0 where a feature never fired
 * @param beforeAction over the tokens before the first one that the model wrote, {@code [features]}
 */
@SuppressWarnings("ArrayRecordComponent") // held, never compared
public record TranscriptMaxima(String document, Outcome outcome, float[] highest, float[] beforeAction) {}
