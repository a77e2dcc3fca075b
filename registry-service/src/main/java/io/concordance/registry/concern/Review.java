package io.concordance.registry.concern;

/** One reviewer's verdict on the open proposal of a feature. */
public record Review(String by, Verdict verdict, String reason) {}
