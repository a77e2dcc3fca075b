package io.concordance.interp.evidence;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a dictionary of differences subtracts: the same documents, token by token, as another job captured them. A slice may
 * lie in other shards there, so documents are found by their ids.
 */
final class Subtrahend implements AutoCloseable {
    private final List<ShardSource> fetched = new ArrayList<>();
    private final List<Shard> shards = new ArrayList<>();
    private final Map<String, Place> places = new HashMap<>();

    /** A document's rows {@code [from, to)} in a shard. */
    private record Place(Shard shard, int from, int to) {}

    /**
     * @param sources all shards of the slice
     * @throws FieldProblem when one is not what was asked for
     */
    Subtrahend(List<? extends ShardSource> sources, int width) {
        try {
            for (ShardSource source : sources) {
                fetched.add(source);
                Shard shard = Shard.open(source.fetch());
                shards.add(shard);
                ShardReader.check(shard, source, width);
                index(shard);
            }
        } catch (FieldProblem e) {
            close();
            throw e.inside("minus");
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void index(Shard shard) {
        int[] documents = shard.documents();
        for (int from = 0; from < documents.length; ) {
            int to = from + 1;
            while (to < documents.length && documents[to] == documents[from]) {
                to++;
            }
            places.put(shard.documentIds().get(documents[from]), new Place(shard, from, to));
            from = to;
        }
    }

    /**
     * For each row of a shard, the row to subtract.
     *
     * @throws FieldProblem unless every document has the same tokens at the same positions here
     */
    Rows rows(Shard own) {
        int[] documents = own.documents();
        int[] tokens = own.tokens();
        int[] positions = own.positions();
        Shard[] shard = new Shard[documents.length];
        int[] row = new int[documents.length];
        for (int from = 0; from < documents.length; ) {
            int to = from + 1;
            while (to < documents.length && documents[to] == documents[from]) {
                to++;
            }
            String id = own.documentIds().get(documents[from]);
            Place place = places.get(id);
            if (place == null || place.to() - place.from() != to - from) {
                throw new FieldProblem(
                        "minus.document[" + id + "]",
                        (place == null ? 0 : place.to() - place.from()) + " rows",
                        (to - from) + " rows, as in what it is subtracted from");
            }
            int[] otherTokens = place.shard().tokens();
            int[] otherPositions = place.shard().positions();
            for (int r = from; r < to; r++) {
                int other = place.from() + r - from;
                if (tokens[r] != otherTokens[other] || positions[r] != otherPositions[other]) {
                    throw new FieldProblem(
                            "minus.document[" + id + "]",
                            "token " + otherTokens[other] + " at position " + otherPositions[other],
                            "token " + tokens[r] + " at position " + positions[r]);
                }
                shard[r] = place.shard();
                row[r] = other;
            }
            from = to;
        }
        return new Rows(shard, row, new float[own.width()]);
    }

    /** @param scratch one row */
    @SuppressWarnings("ArrayRecordComponent") // held by one reader
    record Rows(Shard[] shard, int[] row, float[] scratch) {

        /** Subtracts from rows {@code [from, from + count)} of the shard, which lie at the start of {@code block}. */
        void subtract(float[] block, int from, int count) {
            int width = scratch.length;
            for (int r = 0; r < count; r++) {
                shard[from + r].activation(row[from + r], scratch, 0);
                for (int i = 0; i < width; i++) {
                    block[r * width + i] -= scratch[i];
                }
            }
        }
    }

    @Override
    public void close() {
        shards.forEach(Shard::close);
        fetched.forEach(ShardSource::done);
        shards.clear();
        fetched.clear();
    }
}
