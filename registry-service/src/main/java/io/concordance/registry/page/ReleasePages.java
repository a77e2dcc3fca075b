package io.concordance.registry.page;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ChannelPointer;
import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.registry.feature.FeatureQuery;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.page.FeaturePage.Fact;
import io.concordance.registry.page.PublishPage.Line;
import io.concordance.registry.page.PublishPage.Sent;
import io.concordance.registry.page.ReleasePage.Signatures;
import io.concordance.registry.page.Services.Service;
import io.concordance.registry.release.Release;
import io.concordance.registry.release.ReleaseService;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Puts together what the pages of releases say. Signatures and expiry are checked by the code that monitors run. */
@ApplicationScoped
class ReleasePages {
    private static final int MOST = 100;
    private static final long MAX_MANIFEST = 16L << 20;

    private static final int APPROVED = 200;
    private static final String USUAL_CHANNEL = "stable";

    private final ReleaseService releases;
    private final FeatureRepository features;
    private final ObjectStore store;
    private final Services services;
    private final Deployments deployments;
    private final Clock clock;
    private final Kept<String, ChannelState> channels = new Kept<>(Duration.ofSeconds(2), this::look);

    ReleasePages(
            ReleaseService releases,
            FeatureRepository features,
            ObjectStore store,
            Services services,
            Deployments deployments,
            Clock clock) {
        this.releases = releases;
        this.features = features;
        this.store = store;
        this.services = services;
        this.deployments = deployments;
        this.clock = clock;
    }

    /**
     * Where a channel is at.
     *
     * @param version that it points to; 0 where that is not known
     * @param problem why monitors would not follow it now; null when they would
     */
    record ChannelState(
            String name,
            long version,
            String issued,
            String expires,
            @Nullable String problem) {}

    record Row(
            long version,
            String channel,
            String digest,
            int features,
            String at,
            String expires,
            boolean expired,
            int armed) {}

    /** @param trust whom monitors believe, in a sentence */
    record ListPage(List<ChannelState> channels, List<Row> releases, String trust) {}

    ListPage list() {
        Instant now = clock.instant();
        List<Release> latest = releases.latest(MOST);
        Map<String, Integer> armed = deployments.armed();
        return new ListPage(
                latest.stream()
                        .map(Release::channel)
                        .distinct()
                        .map(channels::get)
                        .toList(),
                latest.stream()
                        .map(release -> new Row(
                                release.version(),
                                release.channel(),
                                Format.brief(release.digest()),
                                release.features().size(),
                                Format.time(release.createdAt()),
                                Format.time(release.expiresAt()),
                                !now.isBefore(release.expiresAt()),
                                armed.getOrDefault(release.digest(), 0)))
                        .toList(),
                "Trust document " + releases.trust().version() + " with "
                        + releases.trust().keys().size() + " keys, in force until "
                        + Format.time(releases.trust().expiresAt()) + " UTC");
    }

    /** To be called when a channel has moved. */
    void forget() {
        channels.forget();
    }

    /**
     * The form to publish with: filled in as it was sent, or for the features of the newest release.
     *
     * @param problem why what was sent is refused
     */
    PublishPage form(@Nullable Sent sent, @Nullable String problem) {
        Optional<Release> newest = releases.latest(1).stream().findFirst();
        List<String> chosen =
                sent != null ? sent.features() : newest.map(Release::features).orElse(List.of());
        String channel =
                sent != null ? sent.channel() : newest.map(Release::channel).orElse(USUAL_CHANNEL);
        return new PublishPage(
                features.list(new FeatureQuery(null, null, null, ReviewState.APPROVED), null, APPROVED).stream()
                        .map(feature -> new Line(FeatureRow.of(feature), chosen.contains(feature.uid())))
                        .toList(),
                APPROVED,
                TokenText.plain(channel),
                sent == null ? "" : TokenText.plain(sent.by()),
                UUID.randomUUID().toString(),
                problem == null ? null : TokenText.plain(problem));
    }

    /** @param against version to compare with; the one that it superseded when null */
    ReleasePage page(long version, @Nullable Long against) {
        Release release =
                releases.find(version).orElseThrow(() -> ProblemException.notFound("release of version", version));
        ReleaseManifest manifest = releases.manifest(version).orElseThrow();
        Optional<Release> before = against != null
                ? releases.find(against)
                : Optional.ofNullable(release.supersedes()).flatMap(releases::findByDigest);
        Instant now = clock.instant();
        return new ReleasePage(
                version,
                release.channel(),
                release.digest(),
                channels.get(release.channel()).version() == version,
                !now.isBefore(release.expiresAt()),
                facts(release, manifest),
                signatures(release, now),
                manifest.features().stream().map(ReleasePage::line).toList(),
                manifest.rules().stream().map(ReleasePage::line).toList(),
                releases.latest(MOST).stream()
                        .filter(other -> other.version() != version)
                        .map(other -> ReleasePage.other(
                                other, before.map(Release::version).orElse(null)))
                        .toList(),
                before.flatMap(other -> releases.manifest(other.version()))
                        .map(other -> ReleasePage.diff(other, manifest))
                        .orElse(null));
    }

    private List<Fact> facts(Release release, ReleaseManifest manifest) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Published", Format.time(release.createdAt()) + " UTC"));
        facts.add(new Fact("Monitors may arm until", Format.time(release.expiresAt()) + " UTC"));
        facts.add(new Fact("Monitors that report with it", Integer.toString(deployments.armed(release.digest()))));
        facts.add(new Fact(
                "Model",
                TokenText.plain(manifest.model().name()) + ", "
                        + Format.brief(manifest.model().onnxDigest())));
        facts.add(new Fact("Hook point", TokenText.plain(manifest.hook()) + ", " + manifest.width() + " values"));
        facts.add(new Fact("Dictionary", manifest.dictionary()));
        facts.add(new Fact("Tensors", manifest.tensors()));
        return facts;
    }

    private Signatures signatures(Release release, Instant now) {
        List<String> keys = new ArrayList<>();
        try {
            byte[] envelope = store.get(ReleaseBundle.key(release.digest(), ReleaseBundle.MANIFEST), MAX_MANIFEST);
            Envelope.read(envelope).signatures().forEach(signature -> keys.add(signature.keyid()));
            ReleaseBundle.manifest(envelope, release.digest(), releases.trust(), now);
            return new Signatures(null, keys);
        } catch (Refusal e) {
            return new Signatures("Monitors refuse it: " + e.getMessage() + ".", keys);
        } catch (ObjectStoreException e) {
            return new Signatures("Its bundle cannot be read from the object store now.", keys);
        }
    }

    private ChannelState look(String name) {
        Answer answer = services.ask(Service.REGISTRY, "/v1/channels/" + Services.segment(name))
                .join();
        JsonNode json = answer.json();
        if (!json.isObject()) {
            return new ChannelState(name, 0, "", "", answer.problem());
        }
        try {
            ChannelPointer pointer =
                    ChannelPointer.verify(Envelope.read(Json.bytes(json)), releases.trust(), name, clock.instant());
            return new ChannelState(
                    name, pointer.version(), Format.time(pointer.issuedAt()), Format.time(pointer.expiresAt()), null);
        } catch (Refusal e) {
            return new ChannelState(name, 0, "", "", "Monitors refuse it: " + e.getMessage() + ".");
        }
    }
}
