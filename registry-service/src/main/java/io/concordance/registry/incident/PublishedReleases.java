package io.concordance.registry.incident;

import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.registry.release.ReleaseRules;
import io.concordance.registry.release.ReleaseService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** The registry's own. */
@ApplicationScoped
class PublishedReleases implements Releases {
    private final ReleaseService releases;
    private final ReleaseRules rules;

    PublishedReleases(ReleaseService releases, ReleaseRules rules) {
        this.releases = releases;
        this.rules = rules;
    }

    @Override
    public Optional<ReleaseManifest> manifest(String digest) {
        return releases.findByDigest(digest).flatMap(release -> releases.manifest(release.version()));
    }

    @Override
    public List<String> firing(ReleaseManifest release, IncidentSnapshot session) {
        return rules.firing(
                release,
                session.activations(),
                session.tokens().length,
                session.details().firstOutput());
    }
}
