/**
 * API keys of monitors, refusals in the audit trail, and what is kept from whatever trains a model: features that are
 * watched in deployment.
 */
@NullMarked
package io.concordance.registry.access;

import org.jspecify.annotations.NullMarked;
