package io.concordance.registry.study.peer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A capture job that searches for directions to add at its one hook. */
public record SearchOrder(String model, List<String> hooks, String role, List<CaptureJob.Arm> arms, Search search) {

    public record Search(
            String target,
            int directions,
            List<Double> radius,
            @Nullable Long seed) {}
}
