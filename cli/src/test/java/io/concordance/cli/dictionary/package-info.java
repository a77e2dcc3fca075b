/** How {@code io.concordance.cli.dictionary} behaves. */
package io.concordance.cli.dictionary;
