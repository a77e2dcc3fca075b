package io.concordance.registry.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HoldoutTest {
    private static final Set<String> WATCHED = Set.of(uid("a"));

    private static String uid(String digit) {
        return "f_" + digit.repeat(32);
    }

    @Test
    void whoeverTrainsReadsFeaturesThatNobodyWatchesAndNothingElse() {
        for (String path :
                List.of("/v1/features/" + uid("b"), "/v1/features/" + uid("b") + "/lineage", "/q/health/ready")) {
            assertThat(Holdout.allows("GET", path, WATCHED::contains)).as(path).isTrue();
        }
        for (String path : List.of(
                "/v1/features/" + uid("a"),
                "/v1/features/" + uid("a") + "/grade",
                "/v1/features",
                "/v1/candidates",
                "/v1/releases",
                "/v1/bundles/sha256:0/tensors.safetensors",
                "/v1/channels/stable",
                "/v1/audit",
                "/v1/incidents",
                "/features/" + uid("b"),
                "/v1/features/" + uid("b") + "/../" + uid("a"),
                "/v1/features/" + uid("a") + ";v=1",
                "/v1/features/" + uid("a") + ";v=1/grade",
                "/v1/features/" + uid("b") + "/",
                "/")) {
            assertThat(Holdout.allows("GET", path, WATCHED::contains)).as(path).isFalse();
        }
        assertThat(Holdout.allows("POST", "/v1/features/" + uid("b"), WATCHED::contains))
                .isFalse();
    }
}
