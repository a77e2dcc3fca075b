/** The SAE trainer: captured shards in, dictionaries and the discovery of their features out. */
@NullMarked
package io.concordance.trainer;

import org.jspecify.annotations.NullMarked;
