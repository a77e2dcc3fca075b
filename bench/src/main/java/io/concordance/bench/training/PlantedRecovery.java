package io.concordance.bench.training;

import io.concordance.bench.AskedProcess;
import io.concordance.bench.PlantedRows;
import io.concordance.bench.PythonPeer;
import io.concordance.bench.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How many of the directions that rows were made of a trainer finds: ours as the service trains, a published one as it
 * is, each from its own start, on the same rows at the same rate.
 *
 * @param width values a row
 * @param features half as many as directions planted
 * @param k features a row, as many as directions in it
 * @param batches drawn once, gone through again and again
 */
record PlantedRecovery(
        Workplace workplace, int width, int features, int k, int batch, int batches, int steps, int seeds) {
    private static final String PEER = "dictionary_learning";
    private static final int WARM_UP_SHARE = 20;

    static PlantedRecovery full(Workplace workplace) {
        return new PlantedRecovery(workplace, 64, 256, 6, 512, 128, 1500, 3);
    }

    static PlantedRecovery quick(Workplace workplace) {
        return new PlantedRecovery(workplace, 32, 64, 4, 256, 16, 100, 2);
    }

    Report.Section section() throws InterruptedException {
        String title = String.format(
                Locale.ROOT,
                "Planted dictionary: %d directions, %d of them a row, d %d, F %d, k %d, %,d rows trained on",
                2 * features,
                k,
                width,
                features,
                k,
                (long) steps * batch);
        List<List<String>> rows = new ArrayList<>();
        try (AskedProcess own = workplace.own();
                PythonPeer python = workplace.python()) {
            for (int seed = 1; seed <= seeds; seed++) {
                workplace.progress().begins("planted dictionary, seed " + seed + " of " + seeds);
                rows.add(row(seed, 0, own, python));
                rows.add(row(seed, peerRate(), own, python));
            }
        } catch (PythonPeer.Absent | IOException e) {
            rows.add(List.of("", "not run: " + e.getMessage(), "", "", "", "", "", "", ""));
        }
        return new Report.Section(
                title,
                List.of(
                        "seed",
                        "rate",
                        "features, ours",
                        PEER,
                        "difference",
                        "directions, ours",
                        PEER,
                        "difference",
                        "goal of differences"),
                rows,
                List.of(
                        "mean over features of the largest cosine with a planted direction; mean over the planted"
                                + " directions, by how often they are in a row, of the largest cosine with a feature",
                        "same rows; start, warm-up and AuxK as each has them, and decay where the rate is its own"));
    }

    private List<String> row(int seed, double rate, AskedProcess own, AskedProcess python) throws IOException {
        PlantedRows planted = new PlantedRows(width, 2 * features, k, seed);
        Path file = Floats.write(workplace.folder().resolve("planted.f32"), planted.batches(batches, batch));
        Recovery mine = recovery(own, order(file, "service", seed, rate), planted);
        Recovery theirs = recovery(python, order(file, PEER, seed, rate), planted);
        return List.of(
                Integer.toString(seed),
                rate == 0
                        ? "each its own"
                        : String.format(Locale.ROOT, "%.2g for both, falling over the last fifth", rate),
                cosine(mine.features),
                cosine(theirs.features),
                difference(mine.features, theirs.features),
                cosine(mine.directions),
                cosine(theirs.directions),
                difference(mine.directions, theirs.directions),
                rate == 0 ? "-0.01 or more" : "");
    }

    private Order order(Path rows, String trainer, int seed, double rate) {
        return new Order(
                trainer,
                width,
                features,
                k,
                batch,
                rows.toString(),
                null,
                null,
                rate,
                steps / WARM_UP_SHARE,
                rate == 0 ? 0 : steps * 4 / 5,
                1,
                0,
                false,
                steps,
                seed);
    }

    /** What the peer chooses: 2e-4 / sqrt(F / 2^14) (Gao et al. 2024). */
    private double peerRate() {
        return 2e-4 / Math.sqrt(features / 16_384.0);
    }

    private record Recovery(double features, double directions) {}

    private Recovery recovery(AskedProcess process, Order order, PlantedRows planted) throws IOException {
        Path file = workplace.folder().resolve("decoder.f32");
        Workplace.ask(process, new Order.Steps(order, steps, false, file.toString()));
        float[] decoder = Floats.read(file, features * width)[0];
        float[] truth = planted.directions();
        double[] ofFeature = new double[features];
        double[] ofDirection = new double[2 * features];
        for (int f = 0; f < features; f++) {
            double norm = Math.sqrt(dot(decoder, f, decoder, f));
            for (int t = 0; t < ofDirection.length; t++) {
                double cosine = norm > 0 ? dot(decoder, f, truth, t) / norm : 0;
                ofFeature[f] = Math.max(ofFeature[f], cosine);
                ofDirection[t] = Math.max(ofDirection[t], cosine);
            }
        }
        double directions = 0;
        for (int t = 0; t < ofDirection.length; t++) {
            directions += ofDirection[t] * planted.frequency(t);
        }
        return new Recovery(RuleTimes.mean(ofFeature), directions);
    }

    private double dot(float[] a, int i, float[] b, int j) {
        double sum = 0;
        for (int c = 0; c < width; c++) {
            sum += (double) a[i * width + c] * b[j * width + c];
        }
        return sum;
    }

    private static String cosine(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static String difference(double ours, double theirs) {
        return String.format(Locale.ROOT, "%+.4f", ours - theirs);
    }
}
