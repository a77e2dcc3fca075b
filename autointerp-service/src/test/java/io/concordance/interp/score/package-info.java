@NullMarked
package io.concordance.interp.score;

import org.jspecify.annotations.NullMarked;
