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
        this.top = Example.strongest(top);
    }

    /** Sums are added whole, shard after shard, so that the result depends on the order of shards and nothing else. */
    void add(ShardTally shard) {
        firings += shard.firings();
        sum += shard.sum();
        maximum = Math.max(maximum, shard.maximum());
        firingDocuments += shard.firingDocuments();
        for (int i = 0; i < shard.bins().length; i++) {
            density.add(shard.bins()[i], shard.binFirings()[i]);
        }
        for (int i = 0; i < shard.buckets().length; i++) {
            positions.add(shard.buckets()[i], shard.bucketFirings()[i], shard.sums()[i], shard.squares()[i]);
        }
        top.offerAll(shard.top());
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
