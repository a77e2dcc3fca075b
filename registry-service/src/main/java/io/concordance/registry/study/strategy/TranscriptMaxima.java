package io.concordance.registry.study.strategy;

import io.concordance.contracts.transcript.Outcome;

/**
 * The pooled values of a few candidates on one transcript.
 *
 * @param tokens that the model read and wrote
 * @param highest as each is pooled, {@code [candidates]}; of a feature 0 where it never fired
 * @param beforeAction the same over the tokens before the first one that the model wrote, {@code [candidates]}
 */
@SuppressWarnings("ArrayRecordComponent") // held, never compared
public record TranscriptMaxima(String document, Outcome outcome, int tokens, float[] highest, float[] beforeAction) {}
