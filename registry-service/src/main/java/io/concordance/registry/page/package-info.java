/**
 * The web pages, rendered on the server.
 */
@NullMarked
package io.concordance.registry.page;

import org.jspecify.annotations.NullMarked;
