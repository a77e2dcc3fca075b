/** How {@code io.concordance.cli.study} behaves. */
package io.concordance.cli.study;
