package io.concordance.bench.scale;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Arrays;

/**
 * What was measured of one worker and of the parts that it talks to.
 *
 * @param turnSeconds of each slice: reading, model, rows, until the model is free for the next one
 * @param uploadSeconds of each slice from then on until its shards are durable
 * @param tokensASlice mean token positions of a slice
 * @param bytesASlice mean bytes of a slice's shards
 * @param shardsASlice shards, and so events, of a slice
 * @param transactionSeconds of each transaction that changes one row behind a lock, alone on the database
 * @param transactionsASecond of the database with many at once, on rows of their own
 * @param relayFixedSeconds of a batch of the outbox relay
 * @param relayEachSeconds of each event in it
 * @param recordsASecond that the broker acknowledges, all replicas
 * @param commitsASlice over all services, less what they commit while nothing happens
 * @param idleCommitsASecond of one service process while nothing happens
 * @param workerConnections that one worker held at most
 * @param walBytesASlice of the database's log
 * @param eventBytes of a record of {@code ShardWritten}, headers included
 * @param platformSlicesASecond of the whole platform with one worker, from the first slice done to the last
 */
record Times(
        double[] turnSeconds,
        double[] uploadSeconds,
        double tokensASlice,
        double bytesASlice,
        int shardsASlice,
        double[] transactionSeconds,
        double transactionsASecond,
        double relayFixedSeconds,
        double relayEachSeconds,
        double recordsASecond,
        double commitsASlice,
        double idleCommitsASecond,
        int workerConnections,
        double walBytesASlice,
        double eventBytes,
        double platformSlicesASecond) {
    /** {@code concordance.capture.slice.part-bytes} unless set. */
    private static final double PART_BYTES = 64 << 20;

    Times {
        turnSeconds = turnSeconds.clone();
        uploadSeconds = uploadSeconds.clone();
        transactionSeconds = transactionSeconds.clone();
        if (turnSeconds.length == 0 || turnSeconds.length != uploadSeconds.length) {
            throw new FieldProblem("uploadSeconds", uploadSeconds.length, "one for each of one or more turnSeconds");
        }
        positive("tokensASlice", tokensASlice);
        positive("bytesASlice", bytesASlice);
        positive("shardsASlice", shardsASlice);
        positive("transactionSeconds", transactionSeconds.length);
        positive("transactionsASecond", transactionsASecond);
        positive("recordsASecond", recordsASecond);
        positive("workerConnections", workerConnections);
    }

    private static void positive(String field, double value) {
        if (!(value > 0)) {
            throw new FieldProblem(field, value, "more than 0");
        }
    }

    /** The same for a model that takes longer for each token. */
    Times slower(double times) {
        return new Times(
                Arrays.stream(turnSeconds).map(seconds -> seconds * times).toArray(),
                uploadSeconds,
                tokensASlice,
                bytesASlice,
                shardsASlice,
                transactionSeconds,
                transactionsASecond,
                relayFixedSeconds,
                relayEachSeconds,
                recordsASecond,
                commitsASlice,
                idleCommitsASecond,
                workerConnections,
                walBytesASlice,
                eventBytes,
                platformSlicesASecond);
    }

    /** The same for slices of so many times the tokens. A slice has more shards where its bytes no longer fit one part. */
    Times larger(double times) {
        int parts = (int) Math.ceil(bytesASlice * times / PART_BYTES);
        double writes = (double) transactions(shardsASlice * parts) / transactions(shardsASlice);
        return new Times(
                Arrays.stream(turnSeconds).map(seconds -> seconds * times).toArray(),
                Arrays.stream(uploadSeconds).map(seconds -> seconds * times).toArray(),
                tokensASlice * times,
                bytesASlice * times,
                shardsASlice * parts,
                transactionSeconds,
                transactionsASecond,
                relayFixedSeconds,
                relayEachSeconds,
                recordsASecond,
                commitsASlice * writes,
                idleCommitsASecond,
                workerConnections,
                walBytesASlice * writes,
                eventBytes,
                platformSlicesASecond);
    }

    /** Whether slices of so many times the tokens still have one shard a hook; beyond that they save nothing. */
    boolean mayGrow(double times) {
        return bytesASlice * times <= PART_BYTES;
    }

    /** Begin, finish, and one of every group for each shard. */
    static int transactions(int shards) {
        return 2 + Layout.GROUPS * shards;
    }

    double turn() {
        return mean(turnSeconds);
    }

    double upload() {
        return mean(uploadSeconds);
    }

    double transaction() {
        return mean(transactionSeconds);
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}
