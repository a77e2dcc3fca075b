package io.concordance.monitor;

import io.concordance.contracts.access.BearerToken;
import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.incident.IncidentDetails;
import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ChannelPointer;
import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.ReleaseManifest;
import io.concordance.contracts.release.TrustDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows one channel of a registry. Call {@link #refresh} every half minute or so and {@link #report} now and then, from
 * any thread; evaluate with whatever {@link #armed} returns, which changes in one step when a newer release was verified.
 *
 * <p>A release is used only when the channel pointer and the manifest are signed as the trust document in force asks for,
 * none of the three is expired, every byte has its digest, version and time of the pointer are not lower than any seen
 * before (also by earlier processes with the same state folder), the model is the one that runs here, and the golden
 * vectors come out the same. The trust document is the pinned one, or a later one that the root keys of each before it
 * signed. Whatever fails leaves the monitor as it was.
 */
public final class MonitorClient implements AutoCloseable {
    private static final String POINTER = "channel.dsse.json";
    static final long MAX_DOCUMENT = 16L << 20;
    private static final long MAX_TENSORS = 1L << 30;

    private final MonitorOptions options;
    private final RegistryConnection registry;
    private final StateFolder state;
    private final TrustChain trust;
    private final SightingQueue queue;
    private final IncidentQueue incidents;
    private final List<Tally> tallies = new ArrayList<>();

    private volatile @Nullable ArmedMonitor armed;
    private volatile @Nullable ChannelPointer pointer;
    /** Version of the trust document that the armed release was last verified with. */
    private long verifiedUnder;

    private @Nullable String etag;

    /** What a refresh came to. */
    public enum Refreshed {
        /** A release was verified and is armed now. */
        ARMED,
        /** The channel still points to the armed release. */
        UNCHANGED,
        /** The registry is away; the last verified release was armed from disk. */
        RESTORED
    }

    public MonitorClient(MonitorOptions options) {
        this.options = options;
        this.registry = new RegistryConnection(options.registry(), options.timeout(), options.token());
        this.state = new StateFolder(options.state());
        this.trust = new TrustChain(state, options.trust());
        this.queue = new SightingQueue(state);
        this.incidents = new IncidentQueue(state);
    }

    /**
     * The trust document of the registry that has the digest which the caller got by another way, and is believed for that
     * alone: the newest, or one that it replaced.
     *
     * @throws Refusal when none has it
     */
    public static TrustDocument fetchTrust(URI registry, String digest) {
        try (RegistryConnection connection =
                new RegistryConnection(registry, Duration.ofSeconds(10), BearerToken.from(System.getenv()))) {
            TrustDocument newest = Json.read(connection.get(TrustChain.PATH, MAX_DOCUMENT), TrustDocument.class);
            if (newest.digest().equals(digest)) {
                return newest;
            }
            for (long back = 1; back <= TrustChain.MOST_STEPS && newest.version() - back >= 1; back++) {
                String path = TrustChain.PATH + "/" + (newest.version() - back);
                TrustDocument earlier = TrustDocument.selfSigned(Envelope.read(connection.get(path, MAX_DOCUMENT)));
                if (earlier.digest().equals(digest)) {
                    return earlier;
                }
            }
            throw new Refusal(
                    Refusal.Reason.DIGEST,
                    "trust document: the newest is " + newest.digest() + ", none is the expected " + digest);
        } catch (IllegalArgumentException e) {
            throw new Refusal(Refusal.Reason.FORMAT, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The armed release, empty until one was verified. */
    public Optional<ArmedMonitor> armed() {
        return Optional.ofNullable(armed);
    }

    /**
     * What to evaluate a session with that is about to be served; to be asked for every session. A monitor that fails open
     * gives what is armed, though it be {@link #stale}, and nothing before the first release: the session goes on. One that
     * fails closed refuses both, so that no session is served which no release in force watches.
     *
     * @throws Refusal {@code UNARMED} or {@code EXPIRED}, where it fails closed ({@link MonitorOptions#failClosed})
     */
    public Optional<ArmedMonitor> forSession() {
        ArmedMonitor current = armed;
        if (options.failClosed()) {
            if (current == null) {
                throw new Refusal(Refusal.Reason.UNARMED, "no release is armed");
            }
            if (stale()) {
                throw new Refusal(Refusal.Reason.EXPIRED, "the armed release is no longer in force for certain");
            }
        }
        return Optional.ofNullable(current);
    }

    /**
     * Whether the last good channel pointer, the armed release or the trust document has expired: someone may be keeping
     * newer releases from this monitor. It stays armed; {@link #forSession} says what that means for a session.
     */
    public boolean stale() {
        ChannelPointer last = pointer;
        ArmedMonitor current = armed;
        Instant now = options.clock().instant();
        return last == null
                || current == null
                || !now.isBefore(last.expiresAt())
                || !now.isBefore(current.manifest().expiresAt())
                || !now.isBefore(trust.current().expiresAt());
    }

    /**
     * Asks the channel once and arms with a newer release.
     *
     * @throws Refusal when what the registry gave must not be used
     * @throws UncheckedIOException when the registry is away and there is nothing to restore
     */
    public synchronized Refreshed refresh() {
        try {
            RegistryConnection.Fetched fetched =
                    registry.getIfChanged("v1/channels/" + options.channel(), etag, MAX_DOCUMENT);
            byte[] body = fetched.body();
            if (body == null) {
                if (stale()) {
                    trust.advance(registry);
                }
                if (stale()) {
                    throw new Refusal(
                            Refusal.Reason.EXPIRED, "the registry renews channel pointer or release no longer");
                }
                return Refreshed.UNCHANGED;
            }
            Refreshed result = follow(body);
            etag = fetched.etag();
            return result;
        } catch (IOException e) {
            if (armed == null && restore()) {
                return Refreshed.RESTORED;
            }
            throw new UncheckedIOException(e);
        }
    }

    private Refreshed follow(byte[] envelope) throws IOException {
        trust.advance(registry);
        ChannelPointer next = check(envelope);
        String folder = ReleaseBundle.path(next.digest());
        ArmedMonitor current = armed;
        if (current != null && current.digest().equals(next.digest())) {
            checkVersion(current.manifest().version(), next);
            if (verifiedUnder != trust.current().version()) {
                byte[] again = registry.get(folder + ReleaseBundle.MANIFEST, MAX_DOCUMENT);
                ReleaseBundle.manifest(
                        again, next.digest(), trust.current(), options.clock().instant());
                verifiedUnder = trust.current().version();
            }
            state.write(POINTER, envelope);
            state.remember(next);
            pointer = next;
            return Refreshed.UNCHANGED;
        }
        byte[] manifest = registry.get(folder + ReleaseBundle.MANIFEST, MAX_DOCUMENT);
        byte[] tensors = registry.get(folder + ReleaseBundle.TENSORS, MAX_TENSORS);
        ArmedMonitor monitor = verify(next, manifest, tensors);
        state.write(ReleaseBundle.MANIFEST, manifest);
        state.write(ReleaseBundle.TENSORS, tensors);
        state.write(POINTER, envelope);
        state.remember(next);
        arm(monitor, next);
        return Refreshed.ARMED;
    }

    /** Arms with the last verified release if it would still be verified now. */
    private boolean restore() {
        Optional<byte[]> envelope = state.read(POINTER);
        Optional<byte[]> manifest = state.read(ReleaseBundle.MANIFEST);
        Optional<byte[]> tensors = state.read(ReleaseBundle.TENSORS);
        if (envelope.isEmpty() || manifest.isEmpty() || tensors.isEmpty()) {
            return false;
        }
        ChannelPointer last = check(envelope.get());
        arm(verify(last, manifest.get(), tensors.get()), last);
        return true;
    }

    private ChannelPointer check(byte[] envelope) {
        ChannelPointer next = ChannelPointer.verify(
                Envelope.read(envelope),
                trust.current(),
                options.channel(),
                options.clock().instant());
        state.checkNotOlder(next);
        return next;
    }

    private ArmedMonitor verify(ChannelPointer next, byte[] manifest, byte[] tensors) {
        ReleaseBundle bundle = ReleaseBundle.verify(
                manifest,
                tensors,
                next.digest(),
                trust.current(),
                options.clock().instant());
        checkVersion(bundle.manifest().version(), next);
        String model = bundle.manifest().model().onnxDigest();
        String here = options.modelDigest();
        if (here != null && !here.equals(model)) {
            throw new Refusal(Refusal.Reason.MODEL, "release for model " + model + ", here runs " + here);
        }
        return new ArmedMonitor(bundle);
    }

    private static void checkVersion(long version, ChannelPointer pointer) {
        if (version != pointer.version()) {
            throw new Refusal(
                    Refusal.Reason.FORMAT,
                    "manifest of version " + version + ", channel points to " + pointer.version());
        }
    }

    private void arm(ArmedMonitor monitor, ChannelPointer next) {
        tallies.add(monitor.tally());
        pointer = next;
        verifiedUnder = trust.current().version();
        armed = monitor;
    }

    /**
     * Queues what was seen since the last call and sends what is queued. Counts of sessions since the last call are only
     * in memory; what was queued survives a crash.
     *
     * @return how many reports are still waiting, because the registry is away
     */
    public synchronized int report() {
        for (Tally tally : tallies) {
            SightingReported report = tally.drain(options.name());
            if (report.sessions() > 0) {
                queue.add(report);
            }
        }
        queue.send(registry);
        incidents.send(registry);
        return queue.size();
    }

    /**
     * Keeps a session on which rules fired, on disk first, and sends it to the registry, now or with a later
     * {@link #report}. At most 64 wait there.
     *
     * @param monitor the release that it was evaluated with
     * @param hits what {@link ArmedMonitor#evaluate} said of it, at least one
     * @return whether it is kept; not when too many wait
     * @throws io.concordance.contracts.problem.FieldProblem when the parts do not fit together
     */
    public synchronized boolean incident(ArmedMonitor monitor, List<Hit> hits, CaughtSession session) {
        ReleaseManifest release = monitor.manifest();
        IncidentDetails details = new IncidentDetails(
                options.name(),
                monitor.digest(),
                release.model().onnxDigest(),
                release.model().tokenizerDigest(),
                session.name(),
                hits.stream().map(Hit::rule).distinct().toList(),
                session.firstOutput(),
                session.verbatim() ? IncidentDetails.VERBATIM : null,
                session.transcript());
        float[] rows = Arrays.copyOf(session.activations(), session.tokens().length * release.width());
        boolean kept = incidents.add(new IncidentSnapshot(details, session.tokens(), release.width(), rows).toBytes());
        incidents.send(registry);
        return kept;
    }

    @Override
    public void close() {
        registry.close();
    }
}
