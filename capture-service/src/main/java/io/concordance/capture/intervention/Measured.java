package io.concordance.capture.intervention;

/**
 * What the values of a hook are like in the unmodified model: what relative scales are made of.
 *
 * @param norm mean Euclidean norm; of one head's values where the intervention has a head
 * @param sigma standard deviation of the projection on the intervention's direction
 * @param tokens measured over
 */
public record Measured(double norm, double sigma, long tokens) {
    static final Measured NOTHING = new Measured(0, 0, 0);

    /** Gathers token by token. Sums depend on the order of tokens in their last bits. */
    public static final class Gathering {
        private final Intervention of;
        private final double[] unit;
        private double norms;
        private double sum;
        private double squares;
        private long tokens;

        /** @param unit direction of length 1, {@code [count of values]} */
        Gathering(Intervention of, double[] unit) {
            this.of = of;
            this.unit = unit;
        }

        public Intervention of() {
            return of;
        }

        /** One token's values, {@code [width]}. */
        public void add(float[] values) {
            double square = 0;
            double projection = 0;
            for (int i = 0; i < unit.length; i++) {
                double value = values[of.from() + i];
                square += value * value;
                projection += value * unit[i];
            }
            norms += Math.sqrt(square);
            sum += projection;
            squares += projection * projection;
            tokens++;
        }

        public Measured end() {
            if (tokens == 0) {
                return new Measured(0, 0, 0);
            }
            double mean = sum / tokens;
            return new Measured(norms / tokens, Math.sqrt(Math.max(0, squares / tokens - mean * mean)), tokens);
        }
    }

    /** The factor of a direction of length 1, or of the direction as given where the unit is absolute. */
    double factor(Intervention.Scale scale) {
        return scale.value()
                * switch (scale.unit()) {
                    case ABSOLUTE -> 1;
                    case RESIDUAL_NORM -> norm;
                    case SIGMA -> sigma;
                };
    }
}
