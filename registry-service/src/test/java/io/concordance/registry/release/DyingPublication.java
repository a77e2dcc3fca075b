package io.concordance.registry.release;

import io.concordance.kit.outbox.Outbox;
import io.concordance.kit.store.ObjectStore;
import io.quarkus.test.junit.QuarkusMock;
import jakarta.enterprise.inject.spi.CDI;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * A registry that can die before any write of a publication, and after the last: what it had written until then stays or is
 * rolled back as the stores have it, and nothing after that happens.
 */
public final class DyingPublication {
    /** Places to die: before each of two files, before the rows, and after them before the transaction ends. */
    public static final int PLACES = 4;

    private int left = Integer.MAX_VALUE;

    private DyingPublication() {}

    /** Puts itself in the place of the stores, until the test ends. */
    public static DyingPublication install(ObjectStore store, Jdbi jdbi, Outbox outbox) {
        DyingPublication dying = new DyingPublication();
        QuarkusMock.installMockForType(dying.new Files(store), BundleFiles.class);
        QuarkusMock.installMockForInstance(
                dying.new Rows(jdbi, outbox),
                CDI.current().select(PostgresReleaseRepository.class).get());
        return dying;
    }

    public void dieAt(int place) {
        left = place;
    }

    public void live() {
        left = Integer.MAX_VALUE;
    }

    private void write() {
        if (left-- == 0) {
            throw new Killed();
        }
    }

    /** The end of the process. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("killed", null, false, false);
        }
    }

    private final class Files extends BundleFiles {
        Files(ObjectStore store) {
            super(store);
        }

        @Override
        void put(String digest, String file, byte[] bytes) {
            write();
            super.put(digest, file, bytes);
        }
    }

    private final class Rows extends PostgresReleaseRepository {
        Rows(Jdbi jdbi, Outbox outbox) {
            super(jdbi, outbox);
        }

        @Override
        public void publish(Release release, byte[] manifest, @Nullable String requestId, Channel channel) {
            write();
            super.publish(release, manifest, requestId, channel);
            write();
        }
    }
}
