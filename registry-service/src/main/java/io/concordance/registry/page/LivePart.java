package io.concordance.registry.page;

/**
 * The part of a page that changes, as markup.
 *
 * @param ended whether it will not change any more
 */
public record LivePart(String html, boolean ended) {}
