package io.concordance.registry.release;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to publish.
 *
 * @param channel name of the channel, such as {@code stable}
 * @param features uids of approved features of one dictionary
 * @param requestId a name that the caller chooses: publishing again under the same name returns the first release; null
 *     to always publish anew
 */
public record PublishRequest(
        String channel, List<String> features, @Nullable String requestId) {}
