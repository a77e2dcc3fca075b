/**
 * Training that can stop anywhere and go on with the same bytes: the state as one write-once object, and the fenced pointer
 * to it.
 */
@NullMarked
package io.concordance.trainer.checkpoint;

import org.jspecify.annotations.NullMarked;
