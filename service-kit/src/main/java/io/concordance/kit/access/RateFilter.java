package io.concordance.kit.access;

import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.problem.ProblemMappers;
import io.concordance.kit.problem.ProblemTypes;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Answers 429 to credentials that ask too often. */
public class RateFilter {
    private final RequestRates rates;
    private final SecurityIdentity identity;
    private final ProblemMappers problems;

    RateFilter(RequestRates rates, SecurityIdentity identity, ProblemMappers problems) {
        this.rates = rates;
        this.identity = identity;
        this.problems = problems;
    }

    /** {@code Retry-After} says after how many seconds there is room again. */
    @ServerRequestFilter
    public Optional<Response> limit() {
        if (identity.isAnonymous() || identity.getPrincipal() == null) {
            return Optional.empty();
        }
        int seconds = rates.take(identity.getPrincipal().getName());
        if (seconds == 0) {
            return Optional.empty();
        }
        Response problem = problems.problem(new ProblemException(
                429,
                ProblemTypes.TOO_MANY_REQUESTS,
                "Too many requests",
                "This credential asks more often than it may; there is room again in " + seconds + " s."));
        return Optional.of(Response.fromResponse(problem)
                .header(HttpHeaders.RETRY_AFTER, seconds)
                .build());
    }
}
