package io.concordance.contracts.event;

import java.util.Map;

/**
 * What a monitor saw while armed with a release.
 *
 * @param sessions sessions it was exposed to
 * @param fires sessions on which at least one rule fired
 * @param firesByRule sessions each rule fired on
 */
public record SightingReported(
        String monitor, String release, long sessions, long fires, Map<String, Long> firesByRule) {}
