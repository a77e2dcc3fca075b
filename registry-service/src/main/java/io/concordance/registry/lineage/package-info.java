/**
 * Features followed from one dictionary to the next, as the dictionaries' runs announce it.
 */
@NullMarked
package io.concordance.registry.lineage;

import org.jspecify.annotations.NullMarked;
