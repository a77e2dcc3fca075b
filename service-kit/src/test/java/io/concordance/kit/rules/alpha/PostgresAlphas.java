package io.concordance.kit.rules.alpha;

import org.jdbi.v3.core.Handle;

class PostgresAlphas {
    void store(Handle handle) {
        handle.commit();
    }
}
