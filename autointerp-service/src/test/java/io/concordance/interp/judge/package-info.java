@NullMarked
package io.concordance.interp.judge;

import org.jspecify.annotations.NullMarked;
