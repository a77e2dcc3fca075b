/**
 * Chat templates: how roles become the text that a model reads, and which characters of that text come from where.
 */
@NullMarked
package io.concordance.capture.chat;

import org.jspecify.annotations.NullMarked;
