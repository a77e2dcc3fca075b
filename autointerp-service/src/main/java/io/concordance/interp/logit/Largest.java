package io.concordance.interp.logit;

/** The largest few of numbered values, largest first; of equal ones those offered first. */
public final class Largest {
    private final double[] values;
    private final int[] numbers;
    private int size;

    public Largest(int most) {
        values = new double[most];
        numbers = new int[most];
    }

    public void offer(double value, int number) {
        int last = values.length - 1;
        if (size > last && !(value > values[last])) {
            return;
        }
        int at = size <= last ? size++ : last;
        for (; at > 0 && value > values[at - 1]; at--) {
            values[at] = values[at - 1];
            numbers[at] = numbers[at - 1];
        }
        values[at] = value;
        numbers[at] = number;
    }

    public int size() {
        return size;
    }

    public double value(int place) {
        return values[place];
    }

    public int number(int place) {
        return numbers[place];
    }
}
