@NullMarked
package io.concordance.interp.chat;

import org.jspecify.annotations.NullMarked;
