/**
 * Has capture read texts that this service wrote. They are read as they are, in learning jobs without interventions, and
 * what comes of them is no part of any arm.
 */
@NullMarked
package io.concordance.interp.recapture;

import org.jspecify.annotations.NullMarked;
