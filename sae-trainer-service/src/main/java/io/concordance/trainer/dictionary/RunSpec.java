package io.concordance.trainer.dictionary;

import io.concordance.trainer.step.TrainConfig;
import java.util.List;
import java.util.UUID;

/**
 * A run as accepted, every default filled in.
 *
 * @param jobs in the order their slices are read
 * @param slices how many slices of each job are read, from the first on: those it had at acceptance
 * @param hook canonical name
 * @param arms names, empty for all
 * @param input what is learnt from
 */
record RunSpec(
        List<UUID> jobs, List<Integer> slices, String hook, List<String> arms, InputSpec input, TrainConfig train) {
    RunSpec {
        jobs = List.copyOf(jobs);
        slices = List.copyOf(slices);
        arms = List.copyOf(arms);
    }
}
