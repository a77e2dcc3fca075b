package io.concordance.interp.analysis;

import io.concordance.contracts.digest.Digests;
import io.concordance.interp.captured.CapturedShard;
import java.util.List;

/** Names a list of shards by their bytes and their order. */
final class Lineage {
    private Lineage() {}

    /** Digest of the digests of the first shards, one a line. */
    static String of(List<CapturedShard> shards, int count) {
        StringBuilder digests = new StringBuilder();
        shards.subList(0, count).forEach(shard -> digests.append(shard.sha256()).append('\n'));
        return Digests.sha256(digests.toString());
    }
}
