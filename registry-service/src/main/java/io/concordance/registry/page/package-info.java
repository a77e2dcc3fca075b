/**
 * The web pages, rendered on the server. What other services know is asked of them page by
 * page; what cannot be had is said.
 */
@NullMarked
package io.concordance.registry.page;

import org.jspecify.annotations.NullMarked;
