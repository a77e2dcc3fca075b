/**
 * What a downstream monitor embeds: it follows a channel of the registry, arms only with releases that verify, evaluates
 * activations against them and reports what it saw.
 */
@NullMarked
package io.concordance.monitor;

import org.jspecify.annotations.NullMarked;
