/** One pass of a finished dictionary over the shards it learnt from: started by an event, resumable, ended by events. */
@NullMarked
package io.concordance.interp.analysis;

import org.jspecify.annotations.NullMarked;
