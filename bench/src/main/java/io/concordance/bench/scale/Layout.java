package io.concordance.bench.scale;

import io.concordance.contracts.event.Topics;
import io.concordance.contracts.problem.FieldProblem;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the platform is laid out, and what its parts can take.
 *
 * @param models slices that models of one worker work on at once, {@code concordance.capture.workers}
 * @param consumers slices that one worker takes at once, {@code concordance.capture.consumers}
 * @param partitions of the work topic
 * @param shardPartitions of the topic that announces shards; events of one job are in one of them
 * @param jobs that are captured at once
 * @param connections that PostgreSQL allows, {@code max_connections}
 * @param polling whether every worker looks for events in the outbox, 10 times a second
 * @param sliceFactor tokens of a slice, in slices as they were measured
 * @param databaseFactor transactions a second of PostgreSQL, in those that were measured
 * @param putsASecond of the object store under one prefix; job and hook are the prefix
 * @param getsASecond likewise
 * @param bytesASecond into the object store, all together
 * @param readers runs and analyses that read every shard
 */
record Layout(
        int models,
        int consumers,
        int partitions,
        int shardPartitions,
        int jobs,
        int connections,
        boolean polling,
        double sliceFactor,
        double databaseFactor,
        double putsASecond,
        double getsASecond,
        double bytesASecond,
        int readers) {
    /** Groups that hear of every shard: trainer, autointerp, registry. */
    static final int GROUPS = 3;

    /** Connections of the other services, and those that PostgreSQL keeps for superusers. */
    static final int OTHER_CONNECTIONS = 4 * 5 + 3;

    /** Services besides the workers. */
    static final int OTHER_PROCESSES = 4;

    /** What services and topics have unless told otherwise; of stores what their makers say, see {@code docs/scale.md}. */
    static Layout shipped() {
        return new Layout(
                2,
                3,
                partitions(Topics.CAPTURE_SLICES),
                partitions(Topics.SHARD_WRITTEN),
                1,
                100,
                true,
                1,
                1,
                3500,
                5500,
                25e9 / 8,
                2);
    }

    private static int partitions(String topic) {
        return Topics.all().stream()
                .filter(one -> one.name().equals(topic))
                .findFirst()
                .orElseThrow()
                .partitions();
    }

    /** @throws FieldProblem naming what is unknown or not a positive number */
    static Layout of(Map<String, String> settings) {
        Layout base = shipped();
        Map<String, Double> given = new TreeMap<>();
        settings.forEach((name, value) -> given.put(name, number(name, value)));
        Layout layout = new Layout(
                whole(given, "models", base.models),
                whole(given, "consumers", base.consumers),
                whole(given, "partitions", base.partitions),
                whole(given, "shard-partitions", base.shardPartitions),
                whole(given, "jobs", base.jobs),
                whole(given, "connections", base.connections),
                base.polling,
                base.sliceFactor,
                value(given, "database", base.databaseFactor),
                value(given, "puts", base.putsASecond),
                value(given, "gets", base.getsASecond),
                value(given, "bytes", base.bytesASecond),
                whole(given, "readers", base.readers));
        if (!given.isEmpty()) {
            throw new FieldProblem(
                    "--set",
                    given.keySet().iterator().next(),
                    "times, plot, model-factor, models, consumers, partitions, shard-partitions, jobs, connections,"
                            + " database, puts, gets, bytes, readers");
        }
        return layout;
    }

    private static double value(Map<String, Double> given, String name, double standard) {
        Double value = given.remove(name);
        return value == null ? standard : value;
    }

    private static int whole(Map<String, Double> given, String name, int standard) {
        double value = value(given, name, standard);
        if (value != Math.rint(value) || value > 1e6) {
            throw new FieldProblem("--set " + name, value, "a whole number up to 1000000");
        }
        return (int) value;
    }

    static double number(String name, String text) {
        try {
            double value = Double.parseDouble(text);
            if (value > 0 && value < Double.POSITIVE_INFINITY) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new FieldProblem("--set " + name, text, "a number above 0");
    }

    Layout withPartitions(int count) {
        return with(count, shardPartitions, jobs, connections, polling, sliceFactor, databaseFactor, bytesASecond);
    }

    Layout withShardPartitions(int count) {
        return with(partitions, count, jobs, connections, polling, sliceFactor, databaseFactor, bytesASecond);
    }

    Layout withJobs(int count) {
        return with(
                partitions, shardPartitions, count, connections, polling, sliceFactor, databaseFactor, bytesASecond);
    }

    Layout withConnections(int count) {
        return with(partitions, shardPartitions, jobs, count, polling, sliceFactor, databaseFactor, bytesASecond);
    }

    Layout withoutPolling() {
        return with(partitions, shardPartitions, jobs, connections, false, sliceFactor, databaseFactor, bytesASecond);
    }

    Layout withSliceFactor(double factor) {
        return with(partitions, shardPartitions, jobs, connections, polling, factor, databaseFactor, bytesASecond);
    }

    Layout withDatabaseFactor(double factor) {
        return with(partitions, shardPartitions, jobs, connections, polling, sliceFactor, factor, bytesASecond);
    }

    Layout withBytes(double bytes) {
        return with(partitions, shardPartitions, jobs, connections, polling, sliceFactor, databaseFactor, bytes);
    }

    private Layout with(
            int work,
            int shards,
            int captured,
            int connected,
            boolean polled,
            double factor,
            double database,
            double bytes) {
        return new Layout(
                models,
                consumers,
                work,
                shards,
                captured,
                connected,
                polled,
                factor,
                database,
                putsASecond,
                getsASecond,
                bytes,
                readers);
    }
}
