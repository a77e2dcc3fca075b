/**
 * What a client shows to a service to say whose request it is.
 */
@NullMarked
package io.concordance.contracts.access;

import org.jspecify.annotations.NullMarked;
