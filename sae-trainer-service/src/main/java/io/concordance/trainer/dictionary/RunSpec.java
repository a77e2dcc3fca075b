package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.HeldOutSlices;
import io.concordance.trainer.stream.ShardOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run as accepted, every default filled in.
 *
 * @param jobs in the order their slices are read
 * @param slices how many slices of each job are read, from the first on: those it had at acceptance
 * @param hook canonical name
 * @param arms names, empty for all
 * @param input what is learnt from
 * @param from the dictionary whose weights it begins with; null for random directions
 * @param publishEvery rows between dictionaries that are published on the way; 0 for the last one alone
 * @param imported set when the dictionary was trained elsewhere and is only measured here
 */
record RunSpec(
        List<UUID> jobs,
        List<Integer> slices,
        String hook,
        List<String> arms,
        InputSpec input,
        TrainConfig train,
        @Nullable Origin from,
        long publishEvery,
        @Nullable Import imported) {

    /** Of a dictionary that is trained here. */
    RunSpec(
            List<UUID> jobs,
            List<Integer> slices,
            String hook,
            List<String> arms,
            InputSpec input,
            TrainConfig train,
            @Nullable Origin from,
            long publishEvery) {
        this(jobs, slices, hook, arms, input, train, from, publishEvery, null);
    }

    RunSpec {
        jobs = List.copyOf(jobs);
        slices = List.copyOf(slices);
        arms = List.copyOf(arms);
    }

    /** 1, or one more than that of the dictionary it continues. */
    int generation() {
        return from == null ? 1 : from.generation() + 1;
    }

    DictionaryInfo.@Nullable Continued continued() {
        return from == null ? null : new DictionaryInfo.Continued(from.dictionary(), generation());
    }

    /** Steps between dictionaries that are published on the way, a multiple of the reporting interval; 0 for none. */
    long publishSteps() {
        long interval = train.reportSteps();
        long wanted = Math.ceilDiv(publishEvery, train.batch());
        return Math.ceilDiv(wanted, interval) * interval;
    }

    /** The slices in the order in which they are read. */
    ShardOrder order() {
        List<ShardOrder.Job> all = new ArrayList<>();
        for (int j = 0; j < jobs.size(); j++) {
            all.add(new ShardOrder.Job(jobs.get(j).toString(), slices.get(j)));
        }
        return new ShardOrder(all);
    }

    /** The slices that are never trained on. */
    List<ShardOrder.Slot> heldOut() {
        return new HeldOutSlices(order(), train.heldOut(), train.seed()).slots();
    }
}
