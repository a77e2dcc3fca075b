/** How {@code io.concordance.cli.rest} behaves. */
package io.concordance.cli.rest;
