package io.concordance.registry.release;

import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.ReleasedFeature;
import io.concordance.contracts.release.RuleEvaluator;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rules of published releases, evaluated as monitors do. */
@ApplicationScoped
public class ReleaseRules {
    private final BundleFiles files;

    ReleaseRules(BundleFiles files) {
        this.files = files;
    }

    /**
     * Ids of the rules that fire on a session, in the order of the manifest.
     *
     * @param activations {@code [tokens, d]} row-major, at the release's hook point
     * @param firstOutput index of the first token that the model wrote, {@code tokens} when it wrote none
     */
    public List<String> firing(ReleaseManifest release, float[] activations, int tokens, int firstOutput) {
        ReleaseTensors tensors = ReleaseTensors.read(files.read(release.digest(), ReleaseBundle.TENSORS));
        Map<String, Integer> rows = new HashMap<>();
        for (ReleasedFeature feature : release.features()) {
            rows.put(feature.uid(), rows.size());
        }
        return new RuleEvaluator(tensors.reader(), tensors.width(), tensors.threshold(), rows, release.rules())
                .evaluate(activations, tokens, firstOutput).stream()
                        .map(fire -> fire.rule().id())
                        .distinct()
                        .toList();
    }
}
