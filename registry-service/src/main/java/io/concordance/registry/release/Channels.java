package io.concordance.registry.release;

import io.concordance.contracts.release.ChannelPointer;
import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.Refusal;
import io.concordance.kit.loop.Loop;
import io.concordance.kit.loop.Loops;
import io.concordance.registry.sql.Transactions;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Signed pointers of channels. Each is signed anew on a schedule, long before it expires, and at once where the trust
 * document no longer names the key that signed it. An answer may be a second old.
 */
@ApplicationScoped
class Channels {
    private static final Logger LOG = Logger.getLogger(Channels.class);
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final Duration LIMIT = LOOK.multipliedBy(10);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(1);
    private static final Duration KEPT = Duration.ofSeconds(1);
    private static final int MOST_KEPT = 1000;

    private final ReleaseRepository releases;
    private final SigningKeys keys;
    private final TrustDocuments trust;
    private final Transactions transactions;
    private final ReleaseSettings settings;
    private final Clock clock;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();
    private long moves;
    private @Nullable Loop renewal;

    private record Kept(Channel channel, long nanos) {}

    Channels(
            ReleaseRepository releases,
            SigningKeys keys,
            TrustDocuments trust,
            Transactions transactions,
            ReleaseSettings settings,
            Clock clock) {
        this.releases = releases;
        this.keys = keys;
        this.trust = trust;
        this.transactions = transactions;
        this.settings = settings;
        this.clock = clock;
        if (settings.pointerLifetime().compareTo(ChannelPointer.LONGEST) > 0) {
            throw new IllegalStateException("concordance.release.pointer-lifetime: given " + settings.pointerLifetime()
                    + ", allowed up to " + ChannelPointer.LONGEST);
        }
    }

    void start(@Observes StartupEvent event, Loops loops) {
        renewal = loops.forever("channel-renewal", LIMIT, this::keepRenewed);
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        if (renewal != null) {
            renewal.stop(STOP_PATIENCE);
        }
    }

    private Void keepRenewed() throws InterruptedException {
        while (true) {
            renewAll();
            Loop.cameRound();
            Thread.sleep(LOOK);
        }
    }

    /** Where a channel is at, if that was found out a moment ago. Never blocks. */
    Optional<Channel> lately(String name) {
        Kept last = kept.get(name);
        return last != null && System.nanoTime() - last.nanos < KEPT.toNanos()
                ? Optional.of(last.channel)
                : Optional.empty();
    }

    /** Where a channel is at. */
    Optional<Channel> find(String name) {
        Optional<Channel> last = lately(name);
        if (last.isPresent()) {
            return last;
        }
        long before = moves();
        long nanos = System.nanoTime();
        Optional<Channel> found = releases.channel(name).map(channel -> isAged(channel) ? renew(name) : channel);
        found.ifPresent(channel -> keep(channel, nanos, before));
        return found;
    }

    private synchronized long moves() {
        return moves;
    }

    /** What was read before a channel moved is not kept. */
    private synchronized void keep(Channel channel, long nanos, long movesBefore) {
        if (moves != movesBefore) {
            return;
        }
        if (kept.size() >= MOST_KEPT) {
            kept.clear();
        }
        kept.put(channel.name(), new Kept(channel, nanos));
    }

    /** To be called when a channel has moved. */
    synchronized void moved(String name) {
        moves++;
        kept.remove(name);
    }

    /** A pointer signed now, or at the time of the one before where this clock is behind that. */
    Channel point(String name, long version, String digest, @Nullable Channel before) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant issued = before != null && before.issuedAt().isAfter(now) ? before.issuedAt() : now;
        ChannelPointer pointer = new ChannelPointer(
                ChannelPointer.FORMAT, name, version, digest, issued, issued.plus(settings.pointerLifetime()));
        return new Channel(name, version, digest, pointer.sign(keys.timestamp()).toBytes(), issued);
    }

    private void renewAll() {
        try {
            for (Channel channel : releases.channels()) {
                if (isAged(channel) || !isBelieved(channel)) {
                    renew(channel.name());
                }
            }
        } catch (RuntimeException e) {
            LOG.warnf("Channel pointers could not be signed anew and will be tried again: %s", e);
        }
    }

    private Channel renew(String name) {
        Channel renewed = transactions.inTransaction(() -> {
            Channel channel = releases.lockChannel(name).orElseThrow();
            if (!isAged(channel) && isBelieved(channel)) {
                return channel;
            }
            Channel next = point(name, channel.version(), channel.digest(), channel);
            releases.renew(next);
            return next;
        });
        moved(name);
        return renewed;
    }

    private boolean isAged(Channel channel) {
        return !clock.instant().isBefore(channel.issuedAt().plus(settings.pointerRenewal()));
    }

    private boolean isBelieved(Channel channel) {
        try {
            ChannelPointer.verify(Envelope.read(channel.pointer()), trust.newest(), channel.name(), channel.issuedAt());
            return true;
        } catch (Refusal e) {
            return e.reason() == Refusal.Reason.EXPIRED;
        }
    }
}
