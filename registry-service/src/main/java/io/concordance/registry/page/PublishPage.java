package io.concordance.registry.page;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The form that a release is published with.
 *
 * @param features approved ones, at most {@code most}
 * @param request names what is sent, so that sending it twice is one release
 * @param problem why what was sent is refused; null when nothing was
 */
record PublishPage(
        List<Line> features,
        int most,
        String channel,
        String by,
        String request,
        @Nullable String problem) {

    /** @param chosen whether it is to be released */
    record Line(FeatureRow feature, boolean chosen) {}

    /** What was sent. */
    record Sent(String channel, List<String> features, String by, String request) {}

    /** Whether there may be more features than these. */
    public boolean isFull() {
        return features.size() == most;
    }
}
