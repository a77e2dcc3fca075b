package io.concordance.interp.evidence;

import java.nio.file.Path;

/** A shard that can be brought to a local file. Called from the pass's own threads, once a shard. */
public interface ShardSource {
    String job();

    int slice();

    String hook();

    /** A verified local copy. */
    Path fetch();

    /** The pass has read it; the copy may go. */
    void done();
}
