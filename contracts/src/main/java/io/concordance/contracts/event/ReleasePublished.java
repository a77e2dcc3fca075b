package io.concordance.contracts.event;

import java.util.List;

/** A release is on a channel. {@code version} only ever rises within a channel. */
public record ReleasePublished(String channel, long version, String digest, List<String> features) {}
