package io.concordance.trainer.stream;

import java.util.ArrayList;
import java.util.List;

/** The shards of one epoch: by slice index, then by the position of their job in the request. */
public final class ShardOrder {
    private final List<Slot> slots;

    /** A job with its number of slices. */
    public record Job(String id, int slices) {}

    /** The place of one shard in the order, filled or not. */
    public record Slot(String job, int slice) {}

    public ShardOrder(List<Job> jobs) {
        List<Slot> order = new ArrayList<>();
        int longest = jobs.stream().mapToInt(Job::slices).max().orElse(0);
        for (int slice = 0; slice < longest; slice++) {
            for (Job job : jobs) {
                if (slice < job.slices) {
                    order.add(new Slot(job.id, slice));
                }
            }
        }
        slots = List.copyOf(order);
    }

    public int size() {
        return slots.size();
    }

    public Slot at(int position) {
        return slots.get(position);
    }
}
