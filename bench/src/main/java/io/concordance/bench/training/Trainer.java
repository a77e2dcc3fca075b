package io.concordance.bench.training;

/** Steps on the rows of an {@link Order}, one batch after the other. */
interface Trainer extends AutoCloseable {
    void step();

    /** [f, d]. */
    float[] decoder();

    @Override
    void close();
}
