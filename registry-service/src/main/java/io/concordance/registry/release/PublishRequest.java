package io.concordance.registry.release;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to publish.
 *
 * @param channel name of the channel, such as {@code stable}
 * @param features uids of approved features of one dictionary, and of probes that were fitted beside it
 * @param rules when a monitor fires; null for one rule a level, any of its features
 * @param requestId a name that the caller chooses: publishing again under the same name returns the first release; null
 *     to always publish anew
 * @param by who publishes
 */
public record PublishRequest(
        String channel,
        List<String> features,
        @Nullable List<RuleOrder> rules,
        @Nullable String requestId,
        String by) {

    /** What the registry itself publishes, with one rule a level. */
    public PublishRequest(String channel, List<String> features, @Nullable String requestId) {
        this(channel, features, null, requestId, "registry");
    }
}
