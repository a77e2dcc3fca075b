/**
 * The one way to the service's own PostgreSQL schema.
 */
@NullMarked
package io.concordance.kit.sql;

import org.jspecify.annotations.NullMarked;
