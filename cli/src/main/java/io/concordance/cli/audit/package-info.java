/**
 * Commands about the registry's audit trail.
 */
@NullMarked
package io.concordance.cli.audit;

import org.jspecify.annotations.NullMarked;
