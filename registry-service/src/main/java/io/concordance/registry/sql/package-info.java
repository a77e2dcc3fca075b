/**
 * Transactions, for services that combine several repositories.
 */
@NullMarked
package io.concordance.registry.sql;

import org.jspecify.annotations.NullMarked;
