/**
 * How long the registry takes to answer with a page when many ask at once and a dictionary is large.
 */
@NullMarked
package io.concordance.bench.pages;

import org.jspecify.annotations.NullMarked;
