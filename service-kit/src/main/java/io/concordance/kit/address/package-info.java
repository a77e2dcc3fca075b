/**
 * Which hosts a service may talk to at an address that somebody else chose.
 */
@NullMarked
package io.concordance.kit.address;

import org.jspecify.annotations.NullMarked;
