/**
 * The training rule of a dictionary on top of the kernels: what a step optimises, how it is scheduled, what is counted and
 * what is exported. Pure: state in, batch in, state out.
 */
@NullMarked
package io.concordance.trainer.step;

import org.jspecify.annotations.NullMarked;
