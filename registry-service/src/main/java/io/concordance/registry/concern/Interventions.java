package io.concordance.registry.concern;

import java.util.List;

/** Trials of inference-time intervention, as the service knows them that made them. */
interface Interventions {

    /**
     * What people must have read before anything that rests on a trial is approved: all pairs of answers that it put into a
     * reading queue.
     *
     * @throws io.concordance.contracts.problem.FieldProblem on {@code intervention} when there is no such trial that has
     *     completed
     * @throws io.concordance.registry.peer.PeerUnavailable when that service cannot be asked now
     */
    List<Requirement> readings(String id);
}
