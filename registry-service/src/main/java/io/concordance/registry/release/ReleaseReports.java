package io.concordance.registry.release;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.concern.ConcernService;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;

/** What is said about releases beside the releases themselves. */
@ApplicationScoped
class ReleaseReports {
    private final ReleaseRepository releases;
    private final ConcernService concerns;
    private final BundleFiles files;

    ReleaseReports(ReleaseRepository releases, ConcernService concerns, BundleFiles files) {
        this.releases = releases;
        this.concerns = concerns;
        this.files = files;
    }

    /**
     * What {@code to} says otherwise than {@code from}; each is a version or a digest.
     *
     * @throws ProblemException 404 when one is no release
     */
    ReleaseDiff diff(String from, String to) {
        return ReleaseDiff.of(manifest("from", from), manifest("to", to));
    }

    /**
     * A release with its manifest, by version or digest.
     *
     * @throws ProblemException 404 when it is none
     */
    Detail detail(String name) {
        ReleaseManifest manifest = manifest("release", name);
        return new Detail(releases.find(manifest.version()).orElseThrow(), manifest);
    }

    /** A release with its manifest. */
    record Detail(Release release, ReleaseManifest manifest) {}

    /** A zip file of everything that a release rests on. */
    byte[] evidence(String name) {
        ReleaseManifest manifest = manifest("release", name);
        Map<String, Concern> approved = new HashMap<>();
        manifest.features()
                .forEach(feature ->
                        concerns.find(feature.uid()).ifPresent(concern -> approved.put(feature.uid(), concern)));
        return EvidenceBundle.zip(manifest, files.read(manifest.digest(), ReleaseBundle.MANIFEST), approved);
    }

    private ReleaseManifest manifest(String field, String name) {
        long version = Digests.isDigest(name)
                ? releases.findByDigest(name).map(Release::version).orElse(0L)
                : version(field, name);
        return releases.manifest(version)
                .map(bytes -> Json.read(bytes, ReleaseManifest.class))
                .orElseThrow(() -> ProblemException.notFound("release", name));
    }

    private static long version(String field, String name) {
        try {
            return Long.parseLong(name);
        } catch (NumberFormatException e) {
            throw new FieldProblem(field, name, "the version or the digest of a release");
        }
    }
}
