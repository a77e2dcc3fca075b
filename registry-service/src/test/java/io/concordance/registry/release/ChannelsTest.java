package io.concordance.registry.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.registry.sql.NoTransactions;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChannelsTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final String STABLE = "stable";

    /** The same arrays each time, because records compare them by identity. */
    private static final byte[][] POINTERS = {{0}, {1}, {2}};

    @TempDir
    Path folder;

    private Channels channels;
    private @Nullable Channel stored;
    private Runnable whileItIsRead = () -> {};
    private int reads;

    @BeforeEach
    void start() {
        ReleaseSettings settings = new TrustDocumentsTest.Settings(folder, Optional.empty());
        SigningKeys keys = new SigningKeys(settings);
        Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
        ReleaseRepository releases = (ReleaseRepository) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ReleaseRepository.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("channel");
                    return read();
                });
        channels = new Channels(
                releases, keys, new TrustDocuments(settings, keys, clock), new NoTransactions(), settings, clock);
    }

    @Test
    void aChannelIsReadOnceForAllWhoAskInAMoment() {
        stored = version(1);
        assertThat(channels.lately(STABLE)).isEmpty();
        assertThat(channels.find(STABLE)).contains(version(1));
        assertThat(channels.lately(STABLE)).contains(version(1));
        assertThat(channels.find(STABLE)).contains(version(1));
        assertThat(reads).isEqualTo(1);
    }

    @Test
    void aChannelThatMovedIsAnsweredAtOnce() {
        stored = version(1);
        channels.find(STABLE);
        move();
        assertThat(channels.lately(STABLE)).isEmpty();
        assertThat(channels.find(STABLE)).contains(version(2));
    }

    @Test
    void whatWasReadBeforeAChannelMovedIsNotAnsweredAfterwards() {
        stored = version(1);
        whileItIsRead = this::move;
        channels.find(STABLE);
        whileItIsRead = () -> {};
        assertThat(channels.lately(STABLE)).isEmpty();
        assertThat(channels.find(STABLE)).contains(version(2));
    }

    @Test
    void aChannelThatIsNotThereIsLookedForEachTime() {
        assertThat(channels.find(STABLE)).isEmpty();
        stored = version(1);
        assertThat(channels.find(STABLE)).contains(version(1));
    }

    private Optional<Channel> read() {
        reads++;
        Optional<Channel> row = Optional.ofNullable(stored);
        whileItIsRead.run();
        return row;
    }

    private void move() {
        stored = version(2);
        channels.moved(STABLE);
    }

    private static Channel version(int version) {
        return new Channel(STABLE, version, "sha256:" + version, POINTERS[version], NOW);
    }
}
