package io.concordance.trainer.dictionary;

import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.trainer.step.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a run learns from, as accepted. */
record InputSpec(@Nullable Minus minus, Position position, List<Without> without) {
    static final InputSpec PLAIN = new InputSpec(null, Position.NONE, List.of());

    InputSpec {
        without = List.copyOf(without);
    }

    /**
     * Steering that is taken off.
     *
     * @param arm of the job, the one that is learnt from
     * @param directions {@code [n, d]}
     * @param slices of {@code shiftJob}, from the first on: those it had at acceptance
     */
    record Without(UUID job, String arm, List<List<Double>> directions, UUID shiftJob, String shiftArm, int slices) {
        Without {
            directions = directions.stream().map(List::copyOf).toList();
        }

        List<float[]> vectors() {
            return directions.stream().map(Without::vector).toList();
        }

        private static float[] vector(List<Double> values) {
            float[] vector = new float[values.size()];
            for (int c = 0; c < vector.length; c++) {
                vector[c] = values.get(c).floatValue();
            }
            return vector;
        }
    }

    /**
     * What is subtracted.
     *
     * @param jobs one for each of the run's
     * @param model of the first of them
     * @param hook canonical name
     */
    record Minus(List<UUID> jobs, String model, String hook) {
        Minus {
            jobs = List.copyOf(jobs);
        }

        /** For each of the run's jobs, the one that is subtracted. */
        Map<String, String> partners(List<UUID> own) {
            Map<String, String> partners = new HashMap<>();
            for (int i = 0; i < own.size(); i++) {
                partners.put(own.get(i).toString(), jobs.get(i).toString());
            }
            return partners;
        }

        DictionaryInput.Minus inDictionary() {
            return new DictionaryInput.Minus(model, hook);
        }

        DictionaryCheckpointed.Minus inEvent() {
            return new DictionaryCheckpointed.Minus(
                    jobs.stream().map(UUID::toString).toList(), model, hook);
        }
    }
}
