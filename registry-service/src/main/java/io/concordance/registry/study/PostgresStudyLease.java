package io.concordance.registry.study;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * One instance at a time carries studies. The lease is an advisory lock of a connection, so that a dead instance has lost
 * it as soon as PostgreSQL notices that its connection is gone.
 */
@ApplicationScoped
class PostgresStudyLease {
    private final Jdbi jdbi;

    PostgresStudyLease(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Held until closed, or until its connection breaks. */
    final class Lease implements AutoCloseable {
        private final Handle handle;

        private Lease(Handle handle) {
            this.handle = handle;
        }

        boolean held() {
            try {
                handle.execute("select 1");
                return true;
            } catch (JdbiException e) {
                return false;
            }
        }

        @Override
        public void close() {
            try (handle) {
                handle.execute("select pg_advisory_unlock_all()");
            } catch (JdbiException e) {
                // The connection is gone, and the lock with it.
                return;
            }
        }
    }

    /** The lease, unless another instance has it. */
    Optional<Lease> tryAcquire() {
        Handle handle = jdbi.open();
        try {
            boolean locked = handle.createQuery(
                            "select pg_try_advisory_lock(hashtextextended(current_schema() || '.studies', 0))")
                    .mapTo(Boolean.class)
                    .one();
            if (locked) {
                return Optional.of(new Lease(handle));
            }
        } catch (RuntimeException e) {
            handle.close();
            throw e;
        }
        handle.close();
        return Optional.empty();
    }
}
