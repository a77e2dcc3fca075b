package io.concordance.registry.release;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Publishes approved features as signed releases and moves channels to them. */
@ApplicationScoped
public class ReleaseService {

    /**
     * Builds, signs and stores a release and moves the channel to it. When this returns, the bundle can be pulled.
     *
     * @throws io.concordance.contracts.problem.FieldProblem when a feature is unknown, not approved or of another
     *     dictionary than the first
     */
    public Release publish(PublishRequest request) {
        throw new UnsupportedOperationException();
    }

    public Optional<Release> find(long version) {
        throw new UnsupportedOperationException();
    }

    /** The newest releases, newest first. */
    public List<Release> latest(int limit) {
        throw new UnsupportedOperationException();
    }
}
