/**
 * What the capture service has announced: jobs and their shards, kept in the trainer's own tables, and the shards' rows
 * from the object store.
 */
@NullMarked
package io.concordance.trainer.capture;

import org.jspecify.annotations.NullMarked;
