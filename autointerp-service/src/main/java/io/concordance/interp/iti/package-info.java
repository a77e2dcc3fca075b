/**
 * Inference-time intervention (Li et al. 2023): heads whose outputs tell bad answers from ok ones are shifted while the model
 * writes, and what comes of it is held against prompts and controls before anyone calls the direction truth.
 */
@NullMarked
package io.concordance.interp.iti;

import org.jspecify.annotations.NullMarked;
