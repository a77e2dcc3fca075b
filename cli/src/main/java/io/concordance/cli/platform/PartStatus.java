package io.concordance.cli.platform;

/**
 * One part of the platform at one moment.
 *
 * @param pid process that runs the part; Kafka and S3 share one
 * @param url where it answers
 * @param ready whether it answers
 * @param restarts how often the supervisor has had to start it again
 * @param startedAt when the process was last started, ISO-8601
 */
public record PartStatus(String name, long pid, String url, boolean ready, int restarts, String startedAt) {

    PartStatus withReady(boolean now) {
        return new PartStatus(name, pid, url, now, restarts, startedAt);
    }
}
