/** How {@code io.concordance.cli.events} behaves. */
package io.concordance.cli.events;
