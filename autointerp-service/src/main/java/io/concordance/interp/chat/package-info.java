/**
 * Asking language models over any OpenAI-compatible endpoint: where it may lie, what an answer may weigh, what is spent, and
 * what was answered before. Everything an endpoint says is checked before it is believed.
 */
@NullMarked
package io.concordance.interp.chat;

import org.jspecify.annotations.NullMarked;
