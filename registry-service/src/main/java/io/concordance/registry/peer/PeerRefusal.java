package io.concordance.registry.peer;

/** A service answered that it will not do what was asked, and will not when asked again. */
public final class PeerRefusal extends RuntimeException {
    private final int status;

    public PeerRefusal(String service, int status, String detail) {
        super(service + " answered " + status + ": " + detail);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
