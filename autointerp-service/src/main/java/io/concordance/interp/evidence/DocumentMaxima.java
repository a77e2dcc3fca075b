package io.concordance.interp.evidence;

import java.util.Arrays;

/**
 * A feature's largest activation in each document it fired in, over all tokens and over the tokens before the model's
 * first own one. Documents it was silent in are not listed: their maximum is 0. A document that
 * was read twice is listed twice.
 */
public final class DocumentMaxima {
    private int[] documents = new int[4];
    private float[] whole = new float[4];
    private float[] prompt = new float[4];
    private int size;

    void add(int document, float wholeMaximum, float promptMaximum) {
        if (size == documents.length) {
            int capacity = Math.multiplyExact(size, 2);
            documents = Arrays.copyOf(documents, capacity);
            whole = Arrays.copyOf(whole, capacity);
            prompt = Arrays.copyOf(prompt, capacity);
        }
        documents[size] = document;
        whole[size] = wholeMaximum;
        prompt[size] = promptMaximum;
        size++;
    }

    void write(Wire.Out out) {
        out.count(size);
        for (int i = 0; i < size; i++) {
            out.count(documents[i]);
            out.real(whole[i]);
            out.real(prompt[i]);
        }
    }

    /** Takes one document's maxima. */
    @FunctionalInterface
    interface Sink {
        void add(int document, float whole, float prompt);
    }

    /** Hands on what was written, in its order. */
    static void read(Wire.In in, Sink sink) {
        int count = in.count();
        for (int i = 0; i < count; i++) {
            sink.add(in.count(), in.shortReal(), in.shortReal());
        }
    }

    public int size() {
        return size;
    }

    /** Index into {@link Evidence#documents()}. */
    public int document(int i) {
        return documents[i];
    }

    public float maximum(int i, Scope scope) {
        return scope == Scope.WHOLE ? whole[i] : prompt[i];
    }
}
