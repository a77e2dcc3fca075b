package io.concordance.registry.access;

import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What whoever trains a model may read of this registry: features that nobody watches in deployment, by their uid, and
 * whether the service is well. Everything else tells, or may tell, which features are watched and by what.
 */
final class Holdout {
    /** A uid and nothing beside it: what routing takes for another spelling of one must not be read as an unknown one. */
    private static final Pattern FEATURE =
            Pattern.compile("/v1/features/(?<uid>f_[0-9a-f]{32})(/(grade|lineage|concern|readings))?");

    private static final Pattern WELL = Pattern.compile("/q/health(/.*)?");

    private Holdout() {}

    /**
     * Whether a path may be read in a role that trains.
     *
     * @param watched whether the feature with a uid is one to be watched in deployment
     */
    static boolean allows(String method, String path, Predicate<String> watched) {
        if (!method.equals("GET")) {
            return false;
        }
        if (WELL.matcher(path).matches()) {
            return true;
        }
        Matcher feature = FEATURE.matcher(path);
        return feature.matches() && !watched.test(feature.group("uid"));
    }
}
