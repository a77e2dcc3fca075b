/**
 * Explanations by language models: asked for over REST, worked on from a durable queue, scored, and adopted where their score
 * beats that of a borrowed label. Until then the offline label stands.
 */
@NullMarked
package io.concordance.interp.explanation;

import org.jspecify.annotations.NullMarked;
