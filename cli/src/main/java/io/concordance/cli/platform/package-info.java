/**
 * The local platform as a whole: the infrastructure and the four services, started, watched, restarted and stopped
 * together. {@link io.concordance.cli.platform.Platform} is the door for other commands.
 *
 * <p>One <em>supervisor</em> process a data directory owns all the others. The commands only start it, signal it and read
 * the state it leaves in {@code DIR/run/state.json}.
 */
@NullMarked
package io.concordance.cli.platform;

import org.jspecify.annotations.NullMarked;
