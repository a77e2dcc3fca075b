package io.concordance.interp.iti;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A capture job as capture takes it. */
record CaptureOrder(
        String model,
        List<String> hooks,
        String role,
        String dtype,
        List<Arm> arms,
        @Nullable List<Intervention> interventions,
        @Nullable List<String> metrics) {

    record Arm(
            String name,
            String kind,
            String transcripts,
            @Nullable List<String> interventions,
            @Nullable Generate generate) {}

    /** Adds a vector to the outputs of all heads of a hook, side by side. */
    record Intervention(String name, String hook, String kind, List<Double> vector, ItiOrder.Positions positions) {}

    record Generate(int tokens, List<String> stop, String replay) {
        static Generate of(ItiOrder.Write write) {
            return new Generate(write.tokens(), write.stop(), "unsteered");
        }
    }

    /** A shift as interventions of one job, which arms of it name. */
    static List<Intervention> shift(String name, Shift shift, ItiOrder.Positions positions) {
        List<Intervention> interventions = new ArrayList<>();
        for (Map.Entry<String, float[]> at : shift.vectors().entrySet()) {
            List<Double> vector = new ArrayList<>(at.getValue().length);
            for (float value : at.getValue()) {
                // The shortest digits that are read as the same float, so that vectors of wide models fit a request.
                vector.add(Double.parseDouble(Float.toString(value)));
            }
            interventions.add(
                    new Intervention(name + "-" + interventions.size(), at.getKey(), "add", vector, positions));
        }
        return interventions;
    }

    static List<String> names(List<Intervention> interventions) {
        return interventions.stream().map(Intervention::name).toList();
    }
}
