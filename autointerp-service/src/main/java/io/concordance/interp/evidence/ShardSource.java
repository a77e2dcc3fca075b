package io.concordance.interp.evidence;

import java.nio.file.Path;
import java.util.List;

/** A shard that can be brought to a local file. Called from the pass's own threads, once a shard. */
public interface ShardSource {
    String job();

    int slice();

    String hook();

    /** A verified local copy. */
    Path fetch();

    /** Shards of the same slice whose activations are subtracted; none for a dictionary that reads activations. */
    default List<? extends ShardSource> minus() {
        return List.of();
    }

    /** The pass has read it; the copy may go. */
    void done();
}
