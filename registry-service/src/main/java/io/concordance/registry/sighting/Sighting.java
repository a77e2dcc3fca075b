package io.concordance.registry.sighting;

import io.concordance.contracts.event.SightingReported;
import java.time.Instant;

/** A report as it was taken in. */
public record Sighting(long id, Instant at, SightingReported report) {}
