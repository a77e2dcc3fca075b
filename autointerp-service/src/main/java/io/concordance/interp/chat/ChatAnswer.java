package io.concordance.interp.chat;

/**
 * What a model said.
 *
 * @param cut whether it was stopped before its end
 */
public record ChatAnswer(String text, boolean cut) {}
