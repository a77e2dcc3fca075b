package io.concordance.bench.training;

/** Steps on the rows of an {@link Order}, one batch after the other. */
interface Trainer extends AutoCloseable {
    void step();

    /** Fraction of variance that the reconstruction of these rows leaves unexplained, by the rule that is trained. */
    double fvu(float[] rows);

    /** [f, d]. */
    float[] decoder();

    /** Nanoseconds that encoding and selecting took of the last step; 0 where they cannot be told apart. */
    long selectNanos();

    @Override
    void close();
}
