package io.concordance.interp.logit;

import java.util.stream.IntStream;

/**
 * Products of rows with the columns of a matrix, too many to be kept: tile of columns by tile, every row's part of a tile is
 * shown and forgotten. Each product is one chain of fused multiply-adds over the width, so that it depends on nothing else.
 */
public final class Products {
    private static final int TILE = 1024;
    private static final int TOGETHER = 4;

    private Products() {}

    /** A matrix {@code [width, count]}. */
    public interface Columns {
        int width();

        int count();

        /** Columns {@code [from, from + columns)} as {@code [width, columns]}. */
        void read(int from, int columns, float[] target);
    }

    /** Sees a row's products with columns {@code [firstColumn, firstColumn + count)}, tiles in order; rows on several threads. */
    @FunctionalInterface
    public interface Visitor {
        void see(int row, int firstColumn, float[] products, int count);
    }

    /** @param rows {@code [count, width]} row-major */
    public static void visit(float[] rows, int count, Columns columns, Visitor visitor) {
        int width = columns.width();
        int groups = (count + TOGETHER - 1) / TOGETHER;
        float[] tile = new float[width * TILE];
        for (int from = 0; from < columns.count(); from += TILE) {
            int first = from;
            int together = Math.min(TILE, columns.count() - from);
            columns.read(from, together, tile);
            IntStream.range(0, groups).parallel().forEach(group -> {
                float[][] products = new float[TOGETHER][together];
                int row = group * TOGETHER;
                multiply(rows, row, count - 1, width, tile, products);
                for (int r = row; r < Math.min(row + TOGETHER, count); r++) {
                    visitor.see(r, first, products[r - row], together);
                }
            });
        }
    }

    private static void multiply(float[] rows, int row, int last, int width, float[] tile, float[][] products) {
        int together = products[0].length;
        for (int i = 0; i < width; i++) {
            add(
                    products[0],
                    products[1],
                    products[2],
                    products[3],
                    tile,
                    i * together,
                    rows[row * width + i],
                    rows[Math.min(row + 1, last) * width + i],
                    rows[Math.min(row + 2, last) * width + i],
                    rows[Math.min(row + 3, last) * width + i]);
        }
    }

    private static void add(
            float[] a, float[] b, float[] c, float[] d, float[] tile, int at, float x, float y, float z, float w) {
        for (int t = 0; t < a.length; t++) {
            float value = tile[at + t];
            a[t] = Math.fma(x, value, a[t]);
            b[t] = Math.fma(y, value, b[t]);
            c[t] = Math.fma(z, value, c[t]);
            d[t] = Math.fma(w, value, d[t]);
        }
    }
}
