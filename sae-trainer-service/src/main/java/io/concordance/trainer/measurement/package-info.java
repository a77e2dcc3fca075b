/**
 * What a finished dictionary does on rows: how often its features fire and how much of the rows it explains. No framework.
 */
@NullMarked
package io.concordance.trainer.measurement;

import org.jspecify.annotations.NullMarked;
