package io.concordance.kit.access;

import java.util.Optional;

/** The API keys that a service knows. A service without an implementation takes none. */
public interface ApiKeys {
    /** How every API key begins. */
    String MARK = "cck_";

    /** Whose key this is; empty for one that is unknown or revoked. May block. */
    Optional<Holder> find(String key);
}
