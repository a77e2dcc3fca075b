package io.concordance.interp.evidence;

import java.util.List;

/** What one feature did in one arm. */
public final class Tally {
    private long firings;
    private double sum;
    private float maximum;
    private int firingDocuments;
    private final Density density = new Density();
    private final Positions positions = new Positions();
    final Kept<Example> top;

    Tally(int top) {
        this.top = new Kept<>(Example.STRONGEST, top);
    }

    void add(int position, float value) {
        firings++;
        sum += value;
        maximum = Math.max(maximum, value);
        density.add(value);
        positions.add(position, value);
    }

    void firedInDocument() {
        firingDocuments++;
    }

    /** Sums are added whole, shard after shard, so that the result depends on the order of shards and nothing else. */
    void add(Tally other) {
        firings += other.firings;
        sum += other.sum;
        maximum = Math.max(maximum, other.maximum);
        firingDocuments += other.firingDocuments;
        density.add(other.density);
        positions.add(other.positions);
        top.offerAll(other.top.items());
    }

    void write(Wire.Out out, ExampleWire examples) {
        out.count(firings);
        out.real(sum);
        out.real(maximum);
        out.count(firingDocuments);
        density.write(out);
        positions.write(out);
        examples.write(out, top.items());
    }

    void read(Wire.In in, ExampleWire examples) {
        firings = in.number();
        sum = in.real();
        maximum = in.shortReal();
        firingDocuments = in.count();
        density.read(in);
        positions.read(in);
        top.offerAll(examples.read(in));
    }

    public long firings() {
        return firings;
    }

    /** Mean activation where it fires; 0 when it never does. */
    public double mean() {
        return firings == 0 ? 0 : sum / firings;
    }

    public float maximum() {
        return maximum;
    }

    public int firingDocuments() {
        return firingDocuments;
    }

    public Density density() {
        return density;
    }

    public Positions positions() {
        return positions;
    }

    /** Strongest firings, strongest first, one a document. */
    public List<Example> top() {
        return Kept.distinctDocuments(top.items(), Integer.MAX_VALUE);
    }
}
