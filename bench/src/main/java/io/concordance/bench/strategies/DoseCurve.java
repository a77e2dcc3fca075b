package io.concordance.bench.strategies;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A response to doses.
 *
 * @param doses ascending from 0
 * @param values one for each
 */
record DoseCurve(List<Integer> doses, List<Double> values) {
    private static final double SHARE = 0.9;

    DoseCurve {
        doses = List.copyOf(doses);
        values = List.copyOf(values);
    }

    /** Whether it never falls. */
    boolean rises() {
        for (int i = 1; i < values.size(); i++) {
            if (values.get(i) < values.get(i - 1)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The dose at which the response has come 90 % of the way from that of no dose to the largest one, linear in
     * {@code log(1 + dose)} between the doses tried; empty where no response is above that of no dose.
     */
    OptionalDouble n90() {
        double none = values.getFirst();
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        if (!(most > none)) {
            return OptionalDouble.empty();
        }
        double wanted = none + SHARE * (most - none);
        int at = 1;
        while (values.get(at) < wanted) {
            at++;
        }
        double part = (wanted - values.get(at - 1)) / (values.get(at) - values.get(at - 1));
        double low = Math.log1p(doses.get(at - 1));
        return OptionalDouble.of(Math.expm1(low + part * (Math.log1p(doses.get(at)) - low)));
    }
}
