package io.concordance.registry.release;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.ReleaseTensors;
import io.concordance.contracts.release.TrustDocument;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.audit.Audit;
import io.concordance.registry.concern.Concern;
import io.concordance.registry.concern.ConcernService;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.release.ReleaseDraft.Entry;
import io.concordance.registry.sql.Transactions;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Publishes approved features as signed releases and moves channels to them. */
@ApplicationScoped
public class ReleaseService {
    private static final Pattern CHANNEL = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final int MAX_FEATURES = 1000;

    private final FeatureRepository features;
    private final ConcernService concerns;
    private final ReleaseRepository releases;
    private final Dictionaries dictionaries;
    private final ModelCards models;
    private final SigningKeys keys;
    private final TrustDocuments trust;
    private final Channels channels;
    private final BundleFiles files;
    private final Audit audit;
    private final Transactions transactions;
    private final ReleaseSettings settings;
    private final Clock clock;

    ReleaseService(
            FeatureRepository features,
            ConcernService concerns,
            ReleaseRepository releases,
            Dictionaries dictionaries,
            ModelCards models,
            SigningKeys keys,
            TrustDocuments trust,
            Channels channels,
            BundleFiles files,
            Audit audit,
            Transactions transactions,
            ReleaseSettings settings,
            Clock clock) {
        this.features = features;
        this.concerns = concerns;
        this.releases = releases;
        this.dictionaries = dictionaries;
        this.models = models;
        this.keys = keys;
        this.trust = trust;
        this.channels = channels;
        this.files = files;
        this.audit = audit;
        this.transactions = transactions;
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Builds, signs and stores a release and moves the channel to it. When this returns, the bundle can be pulled.
     *
     * @throws FieldProblem when a feature is unknown, not approved or of another dictionary than the first and no probe
     * @throws ProblemException 409 when the request id was used for something else, 422 when the dictionary is not in the
     *     object store, 503 when the model's files cannot be found out now
     */
    public Release publish(PublishRequest request) {
        check(request);
        Optional<Release> earlier = earlier(request);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        ReleaseDraft draft = ReleaseDraft.of(entries(request.features())).with(request.rules());
        Map<String, Dictionary> read = new HashMap<>();
        draft.dictionaries().forEach(digest -> read.put(digest, dictionaries.read(digest)));
        ReleaseManifest.Model model = models.find(draft.origin().model());
        Release release = transactions.inTransaction(() -> {
            long version = releases.lockNextVersion();
            return earlier(request).orElseGet(() -> publish(request, draft, read, model, version));
        });
        channels.moved(request.channel());
        return release;
    }

    private Release publish(
            PublishRequest request,
            ReleaseDraft draft,
            Map<String, Dictionary> read,
            ReleaseManifest.Model model,
            long version) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Optional<Channel> before = releases.lockChannel(request.channel());
        ReleaseTensors tensors = draft.tensors(digest -> Objects.requireNonNull(read.get(digest)), version);
        byte[] tensorBytes = tensors.toBytes();
        ReleaseManifest manifest = draft.manifest(
                tensors,
                tensorBytes,
                model,
                version,
                before.map(Channel::digest).orElse(null),
                now,
                settings.lifetime());
        String digest = manifest.digest();
        byte[] envelope = ReleaseBundle.signed(manifest, keys.targets());
        requireBelieved(envelope, digest, now);
        files.put(digest, ReleaseBundle.TENSORS, tensorBytes);
        files.put(digest, ReleaseBundle.MANIFEST, envelope);
        Release release = new Release(
                version,
                digest,
                request.channel(),
                manifest.features().stream().map(f -> f.uid()).toList(),
                manifest.supersedes(),
                manifest.createdAt(),
                manifest.expiresAt());
        releases.publish(
                release,
                Json.canonical(manifest),
                request.requestId(),
                channels.point(request.channel(), version, digest, before.orElse(null)));
        audit.add(
                request.by(),
                "published",
                request.channel(),
                "version " + version,
                before.map(channel -> releases.find(channel.version()).orElseThrow())
                        .orElse(null),
                release);
        return release;
    }

    /** Nothing is published that every monitor would refuse. */
    private void requireBelieved(byte[] envelope, String digest, Instant now) {
        try {
            ReleaseBundle.manifest(envelope, digest, trust.newest(), now);
        } catch (Refusal e) {
            throw ProblemException.unprocessable("Monitors would refuse this release: " + e.getMessage() + ".");
        }
    }

    /** The release that the same request made before. */
    private Optional<Release> earlier(PublishRequest request) {
        Optional<Release> earlier = Optional.ofNullable(request.requestId()).flatMap(releases::findByRequest);
        earlier.ifPresent(release -> {
            boolean same = release.channel().equals(request.channel())
                    && Set.copyOf(release.features()).equals(Set.copyOf(request.features()));
            if (!same) {
                throw ProblemException.conflict(
                        "Request id " + request.requestId() + " published version " + release.version() + " already.");
            }
        });
        return earlier;
    }

    private List<Entry> entries(List<String> uids) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < uids.size(); i++) {
            String field = "features[" + i + "]";
            String uid = uids.get(i);
            Feature feature = features.find(uid).orElseThrow(() -> new FieldProblem(field, uid, "a known feature"));
            Concern concern = concerns.find(uid)
                    .filter(found -> found.state() == ReviewState.APPROVED)
                    .orElseThrow(() -> new FieldProblem(field, uid, "a feature whose level is approved"));
            entries.add(new Entry(feature, concern));
        }
        return entries;
    }

    private static void check(PublishRequest request) {
        checkChannel(request.channel());
        List<String> uids = request.features();
        if (uids == null || uids.isEmpty() || uids.size() > MAX_FEATURES) {
            throw new FieldProblem(
                    "features", uids == null ? null : uids.size() + " features", "1 to " + MAX_FEATURES + " uids");
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < uids.size(); i++) {
            if (uids.get(i) == null || !seen.add(uids.get(i))) {
                throw new FieldProblem("features[" + i + "]", uids.get(i), "each feature once");
            }
        }
    }

    private static void checkChannel(String channel) {
        if (channel == null || !CHANNEL.matcher(channel).matches()) {
            throw new FieldProblem("channel", channel, "up to 63 lower-case letters, digits and dashes");
        }
    }

    public Optional<Release> find(long version) {
        return releases.find(version);
    }

    public Optional<Release> findByDigest(String digest) {
        return releases.findByDigest(digest);
    }

    /** The manifest of a release. */
    public Optional<ReleaseManifest> manifest(long version) {
        return releases.manifest(version).map(bytes -> Json.read(bytes, ReleaseManifest.class));
    }

    /** The newest releases, newest first. */
    public List<Release> latest(int limit) {
        return releases.latest(Long.MAX_VALUE, limit);
    }

    List<Release> latest(long before, int limit) {
        return releases.latest(before, limit);
    }

    /** Whom monitors of this registry should believe. */
    public TrustDocument trust() {
        return trust.newest();
    }
}
