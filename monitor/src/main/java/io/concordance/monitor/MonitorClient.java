package io.concordance.monitor;

import io.concordance.contracts.event.SightingReported;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ChannelPointer;
import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.ReleaseBundle;
import io.concordance.contracts.release.TrustDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows one channel of a registry. Call {@link #refresh} every half minute or so and {@link #report} now and then, from
 * any thread; evaluate with whatever {@link #armed} returns, which changes in one step when a newer release was verified.
 *
 * <p>A release is used only when the channel pointer and the manifest are signed by the pinned trust document, neither is
 * expired, every byte has its digest, the version is not lower than any seen before (also by earlier processes with the
 * same state folder), and the golden vectors come out the same here. Whatever fails leaves the monitor as it was.
 */
public final class MonitorClient implements AutoCloseable {
    private static final String POINTER = "channel.dsse.json";
    private static final long MAX_DOCUMENT = 16L << 20;
    private static final long MAX_TENSORS = 1L << 30;

    private final MonitorOptions options;
    private final RegistryConnection registry;
    private final StateFolder state;
    private final SightingQueue queue;
    private final List<Tally> tallies = new ArrayList<>();

    private volatile @Nullable ArmedMonitor armed;
    private volatile @Nullable ChannelPointer pointer;
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
        this.registry = new RegistryConnection(options.registry(), options.timeout());
        this.state = new StateFolder(options.state());
        this.queue = new SightingQueue(state);
    }

    /**
     * The registry's trust document, believed only because it has the digest that the caller got by another way.
     *
     * @throws Refusal when it has not
     */
    public static TrustDocument fetchTrust(URI registry, String digest) {
        try (RegistryConnection connection = new RegistryConnection(registry, Duration.ofSeconds(10))) {
            TrustDocument trust;
            try {
                trust = Json.read(connection.get("v1/trust", MAX_DOCUMENT), TrustDocument.class);
            } catch (IllegalArgumentException e) {
                throw new Refusal(Refusal.Reason.FORMAT, String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            if (!trust.digest().equals(digest)) {
                throw new Refusal(
                        Refusal.Reason.DIGEST, "trust document: given " + trust.digest() + ", expected " + digest);
            }
            return trust;
        }
    }

    /** The armed release, empty until one was verified. */
    public Optional<ArmedMonitor> armed() {
        return Optional.ofNullable(armed);
    }

    /**
     * Whether the last good channel pointer has expired: someone may be keeping newer releases from this monitor. It stays
     * armed; what to do is the deployment's policy.
     */
    public boolean stale() {
        ChannelPointer last = pointer;
        return last == null || !options.clock().instant().isBefore(last.expiresAt());
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
                    throw new Refusal(Refusal.Reason.EXPIRED, "the registry no longer renews the channel pointer");
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
        ChannelPointer next = check(envelope);
        ArmedMonitor current = armed;
        if (current != null && current.digest().equals(next.digest())) {
            checkVersion(current.manifest().version(), next);
            state.write(POINTER, envelope);
            pointer = next;
            return Refreshed.UNCHANGED;
        }
        String folder = ReleaseBundle.path(next.digest());
        byte[] manifest = registry.get(folder + ReleaseBundle.MANIFEST, MAX_DOCUMENT);
        byte[] tensors = registry.get(folder + ReleaseBundle.TENSORS, MAX_TENSORS);
        ArmedMonitor monitor = verify(next, manifest, tensors);
        state.write(ReleaseBundle.MANIFEST, manifest);
        state.write(ReleaseBundle.TENSORS, tensors);
        state.write(POINTER, envelope);
        state.rememberHighest(next);
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
                options.trust(),
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
                options.trust(),
                options.clock().instant());
        checkVersion(bundle.manifest().version(), next);
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
        return queue.size();
    }

    @Override
    public void close() {
        registry.close();
    }
}
