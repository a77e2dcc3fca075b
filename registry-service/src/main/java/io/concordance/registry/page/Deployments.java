package io.concordance.registry.page;

import io.concordance.registry.page.FeaturePage.Deployed;
import io.concordance.registry.release.Release;
import io.concordance.registry.release.ReleaseService;
import io.concordance.registry.sighting.ExposureRepository;
import io.concordance.registry.sighting.Sighting;
import io.concordance.registry.sighting.SightingRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where features are released, and what monitors report of them. */
@ApplicationScoped
class Deployments {
    private static final int RELEASES = 200;
    private static final int REPORTS = 500;
    private static final int CLOCKS = 5;

    private final ReleaseService releases;
    private final SightingRepository sightings;
    private final ExposureRepository exposures;

    Deployments(ReleaseService releases, SightingRepository sightings, ExposureRepository exposures) {
        this.releases = releases;
        this.sightings = sightings;
        this.exposures = exposures;
    }

    /** Of the latest releases, the newest one with this feature. */
    Deployed of(String uid) {
        Optional<Release> newest = releases.latest(RELEASES).stream()
                .filter(release -> release.features().contains(uid))
                .findFirst();
        if (newest.isEmpty()) {
            return Deployed.NOWHERE;
        }
        Release release = newest.get();
        List<String> bounds = exposures.list(uid, null, 0, CLOCKS).stream()
                .map(exposure ->
                        Format.bound(exposure.clock().fires(), exposure.clock().sessions(), "sessions")
                                + " above " + Format.number(exposure.terms().threshold()) + " in model "
                                + Format.brief(exposure.model()))
                .toList();
        return new Deployed(release.version(), release.channel(), armed(release.digest()), bounds);
    }

    /** Monitors that the latest reports with a release come from. */
    int armed(String digest) {
        return monitors(sightings.latest(digest, Long.MAX_VALUE, REPORTS)).getOrDefault(digest, 0);
    }

    /** Monitors by the digest of the release that they report with, as far as the latest reports of all go. */
    Map<String, Integer> armed() {
        return monitors(sightings.latest(null, Long.MAX_VALUE, REPORTS));
    }

    private static Map<String, Integer> monitors(List<Sighting> latest) {
        Map<String, Set<String>> names = new HashMap<>();
        latest.forEach(sighting -> names.computeIfAbsent(sighting.report().release(), digest -> new HashSet<>())
                .add(sighting.report().monitor()));
        Map<String, Integer> counts = new HashMap<>();
        names.forEach((digest, monitors) -> counts.put(digest, monitors.size()));
        return counts;
    }
}
