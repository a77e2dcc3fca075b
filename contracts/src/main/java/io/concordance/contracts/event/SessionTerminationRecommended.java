package io.concordance.contracts.event;

import java.util.Map;

/**
 * A rule of level high fired in deployment: the sessions it fired on should be ended, from the first one on.
 *
 * @param monitor the one that saw it
 * @param release digest of the release that it was armed with
 * @param model digest of the model's ONNX file
 * @param sighting id of the report
 * @param firesByRule sessions each rule of level high fired on, only those that did
 */
public record SessionTerminationRecommended(
        String monitor, String release, String model, long sighting, Map<String, Long> firesByRule) {}
