package io.concordance.registry.page;

import io.concordance.contracts.statistics.Proportion;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** Numbers and times as people read them. */
final class Format {
    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Format() {}

    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "–";
        }
        double magnitude = Math.abs(value);
        if (value == 0 || (magnitude >= 0.01 && magnitude < 10_000)) {
            return String.format(Locale.ROOT, magnitude >= 100 ? "%.0f" : magnitude >= 10 ? "%.1f" : "%.3f", value);
        }
        return String.format(Locale.ROOT, "%.1e", value);
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** Such as {@code 8 firings}; a feature is never called anything for having few. */
    static String firings(long count) {
        return count(count) + (count == 1 ? " firing" : " firings");
    }

    /** Such as {@code 0 of 1,200,000 sessions, at most 2.5e-6}: a one-sided 95 % bound on the rate. */
    static String bound(long k, long n, String unit) {
        return n == 0
                ? "no " + unit + " yet"
                : count(k) + " of " + count(n) + " " + unit + ", at most "
                        + String.format(Locale.ROOT, "%.1e", Proportion.upperBound(k, n));
    }

    static String percent(double share) {
        if (!Double.isFinite(share)) {
            return "–";
        }
        double percent = 100 * share;
        if (percent == 0 || percent == 100) {
            return String.format(Locale.ROOT, "%.0f %%", percent);
        }
        return String.format(Locale.ROOT, percent < 0.01 ? "%.1e %%" : percent < 1 ? "%.2f %%" : "%.1f %%", percent);
    }

    /** As {@link #percent}, shorter where the share is a round one. */
    static String percentTick(double share) {
        return percent(share).replace(".0 %", " %");
    }

    /** A value with its 95 % interval, for two lines of a table. */
    record Estimate(String value, String interval) {
        static final Estimate NONE = new Estimate("–", "");

        /** Both on one line. */
        @Override
        public String toString() {
            return interval.isEmpty() ? value : value + " (" + interval + ")";
        }
    }

    /** Such as {@code 0.970 (0.930–0.990)}. */
    static Estimate bounded(double value, double low, double high) {
        return Double.isFinite(value) ? new Estimate(number(value), number(low) + "–" + number(high)) : Estimate.NONE;
    }

    /** Such as {@code 18 of 20 (68.3 %–98.8 %)}. */
    static Estimate proportion(Proportion p) {
        return new Estimate(count(p.k()) + " of " + count(p.n()), percent(p.low()) + "–" + percent(p.high()));
    }

    static String time(Instant instant) {
        return MINUTES.format(instant);
    }

    /** The same of a time as services write it; empty for none or what is none. */
    static String time(String instant) {
        try {
            return instant.isEmpty() ? "" : time(Instant.parse(instant));
        } catch (DateTimeParseException e) {
            return "";
        }
    }

    /** The first digits of a digest, enough to tell it from its neighbours. */
    static String brief(String digest) {
        String hex = digest.startsWith("sha256:") ? digest.substring("sha256:".length()) : digest;
        return hex.length() <= 12 ? hex : hex.substring(0, 12);
    }
}
