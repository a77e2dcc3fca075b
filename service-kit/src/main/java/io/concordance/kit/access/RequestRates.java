package io.concordance.kit.access;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A token bucket for each name: it holds {@code burst} requests and fills by {@code perSecond}. Names that have not been
 * heard of for longest are forgotten past {@value #MOST}, which leaves their buckets full.
 */
@ApplicationScoped
class RequestRates {
    private static final int MOST = 10_000;
    private static final double NANOS = 1e9;

    private final int perSecond;
    private final int burst;
    private final LongSupplier nanoTime;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST;
        }
    };

    /** @param level requests that were left at {@code at}, ns */
    private record Bucket(double level, long at) {}

    @Inject
    RequestRates(AccessSettings settings) {
        this(settings.requestsPerSecond(), settings.burst(), System::nanoTime);
    }

    /** @param perSecond 0 for no limit */
    RequestRates(int perSecond, int burst, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.nanoTime = nanoTime;
    }

    /**
     * Takes one request out of a bucket.
     *
     * @return 0, or where there is none left the seconds, rounded up, until there is
     */
    synchronized int take(String name) {
        if (perSecond == 0) {
            return 0;
        }
        long now = nanoTime.getAsLong();
        Bucket bucket = buckets.getOrDefault(name, new Bucket(burst, now));
        double level = Math.min(burst, bucket.level + (now - bucket.at) / NANOS * perSecond);
        boolean allowed = level >= 1;
        buckets.put(name, new Bucket(allowed ? level - 1 : level, now));
        return allowed ? 0 : Math.max(1, (int) Math.ceil((1 - level) / perSecond));
    }
}
