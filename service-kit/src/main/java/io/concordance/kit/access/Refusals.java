package io.concordance.kit.access;

/** Hears of every request that somebody known may not make. A service without an implementation only logs them. */
public interface Refusals {
    /**
     * @param who whose credential it was
     * @param what method and path
     */
    void refused(Holder who, String what);
}
