package io.concordance.interp.probe;

/**
 * L2-regularised logistic regression on standardised values with weighted rows:
 *
 * <pre>
 * Σ_i c_i log(1 + exp(-y_i (w · x_i + b))) + λ/2 |w|²,   Σ_i c_i = 1
 * </pre>
 *
 * <p>Minimised by truncated Newton steps (Hessian products by conjugate gradients, as in Lin, Weng and Keerthi 2008), in
 * double precision and a fixed order, so the same rows give the same bits.
 */
final class LogisticFit {
    /** Weight of the penalty, λ. */
    static final double PENALTY = 0.01;
    /** Norm of the gradient at which it stops. */
    static final double TOLERANCE = 1e-8;

    private static final int MOST_STEPS = 50;
    private static final int MOST_PRODUCTS = 200;
    private static final double ARMIJO = 1e-4;

    private final int n;
    private final int d;
    private final float[] x;
    private final boolean[] bad;
    private final double[] weight;
    private final double[] margin;
    private final double[] curvature;

    /**
     * @param x standardised rows {@code [n, d]}
     * @param bad class of each row; both must occur
     * @param weight {@code c}, of each row
     */
    LogisticFit(float[] x, boolean[] bad, double[] weight, int d) {
        this.n = bad.length;
        this.d = d;
        this.x = x;
        this.bad = bad;
        this.weight = weight;
        this.margin = new double[n];
        this.curvature = new double[n];
        int positives = 0;
        for (boolean b : bad) {
            positives += b ? 1 : 0;
        }
        if (positives == 0 || positives == n) {
            throw new IllegalArgumentException(positives + " of " + n + " rows are bad; both classes are needed");
        }
    }

    /** The minimiser: {@code d} weights, then the bias. */
    double[] run() {
        double[] theta = new double[d + 1];
        double[] gradient = new double[d + 1];
        double loss = loss(theta);
        for (int step = 0; step < MOST_STEPS; step++) {
            gradient(theta, gradient);
            double norm = Math.sqrt(dot(gradient, gradient));
            if (norm <= TOLERANCE) {
                break;
            }
            double[] direction = direction(gradient, norm);
            double slope = dot(gradient, direction);
            double size = 1;
            double[] next = moved(theta, direction, size);
            double reached = loss(next);
            while (reached > loss + ARMIJO * size * slope && size > 1e-10) {
                size /= 2;
                next = moved(theta, direction, size);
                reached = loss(next);
            }
            if (!(reached < loss)) {
                break;
            }
            theta = next;
            loss = reached;
        }
        return theta;
    }

    /** The objective; remembers the margins of {@code theta}. */
    double loss(double[] theta) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            margin[i] = product(theta, i);
            double signed = bad[i] ? margin[i] : -margin[i];
            sum += weight[i] * (signed > 0 ? Math.log1p(Math.exp(-signed)) : Math.log1p(Math.exp(signed)) - signed);
        }
        double squares = 0;
        for (int k = 0; k < d; k++) {
            squares += theta[k] * theta[k];
        }
        return sum + PENALTY / 2 * squares;
    }

    /** At the point whose loss was computed last. */
    private void gradient(double[] theta, double[] gradient) {
        loss(theta);
        for (int k = 0; k < d; k++) {
            gradient[k] = PENALTY * theta[k];
        }
        gradient[d] = 0;
        for (int i = 0; i < n; i++) {
            double p = 1 / (1 + Math.exp(-margin[i]));
            curvature[i] = weight[i] * p * (1 - p);
            add(gradient, i, weight[i] * (p - (bad[i] ? 1 : 0)));
        }
    }

    /** An approximate solution of {@code H s = -gradient}. */
    private double[] direction(double[] gradient, double norm) {
        double[] step = new double[d + 1];
        double[] residual = new double[d + 1];
        for (int k = 0; k <= d; k++) {
            residual[k] = -gradient[k];
        }
        double[] search = residual.clone();
        double[] product = new double[d + 1];
        double squared = dot(residual, residual);
        double enough = Math.min(0.1, Math.sqrt(norm)) * norm;
        for (int i = 0; i < MOST_PRODUCTS && Math.sqrt(squared) > enough; i++) {
            hessian(search, product);
            double bend = dot(search, product);
            if (!(bend > 0)) {
                break;
            }
            double length = squared / bend;
            for (int k = 0; k <= d; k++) {
                step[k] += length * search[k];
                residual[k] -= length * product[k];
            }
            double next = dot(residual, residual);
            for (int k = 0; k <= d; k++) {
                search[k] = residual[k] + next / squared * search[k];
            }
            squared = next;
        }
        return step;
    }

    private void hessian(double[] vector, double[] product) {
        for (int k = 0; k < d; k++) {
            product[k] = PENALTY * vector[k];
        }
        product[d] = 0;
        for (int i = 0; i < n; i++) {
            add(product, i, curvature[i] * product(vector, i));
        }
    }

    private double product(double[] theta, int i) {
        double sum = theta[d];
        int row = i * d;
        for (int k = 0; k < d; k++) {
            sum += theta[k] * x[row + k];
        }
        return sum;
    }

    private void add(double[] target, int i, double factor) {
        int row = i * d;
        for (int k = 0; k < d; k++) {
            target[k] += factor * x[row + k];
        }
        target[d] += factor;
    }

    private static double[] moved(double[] theta, double[] direction, double size) {
        double[] moved = new double[theta.length];
        for (int k = 0; k < theta.length; k++) {
            moved[k] = theta[k] + size * direction[k];
        }
        return moved;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
