package io.concordance.bench.interop;

import io.concordance.bench.Comparison;
import io.concordance.bench.PythonPeer;
import io.concordance.bench.Report;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.ImportedFrom;
import io.concordance.contracts.dictionary.SparsifyFiles;
import io.concordance.trainer.kernel.KernelShape;
import io.concordance.trainer.kernel.Kernels;
import io.concordance.trainer.kernel.StepKernels;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.KeyedRandom;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.step.TrainStep;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Dictionaries of ours read by SAELens and sparsify, and of theirs read by us, on the same rows. */
public final class SaeLensInterop implements Comparison {
    private static final List<String> PACKAGES = List.of("torch==2.15.0", "sae-lens==6.54.12", "eai-sparsify==1.3.3");
    private static final int WIDTH = 64;
    private static final int FEATURES = 512;
    private static final int K = 8;
    private static final int BATCH = 256;
    private static final int STEPS = 200;
    private static final int ROWS = 4096;
    private static final int DIRECTIONS = 256;
    private static final int ACTIVE = 6;
    private static final int SEED = 9;
    private static final double GOAL = 1e-5;

    @Override
    public Report run(Progress progress) throws Exception {
        Path work = Files.createTempDirectory("concordance-saelens-interop");
        float[] rows = rows();
        Path file = work.resolve("rows.f32");
        write(file, rows);
        PythonPeer.Environment environment = new PythonPeer.Environment(
                Path.of(System.getProperty("concordance.home", "."), ".concordance", "bench-interop"), PACKAGES);
        List<List<String>> ours = new ArrayList<>();
        List<List<String>> theirs = new ArrayList<>();
        String versions;
        try (PythonPeer peer = PythonPeer.start(
                SaeLensInterop.class,
                "interop.py",
                environment,
                work,
                Runtime.getRuntime().availableProcessors(),
                progress)) {
            versions = "sae-lens " + peer.greeting().path("sae_lens").asText() + ", torch "
                    + peer.greeting().path("torch").asText();
            for (Activation activation : Activation.values()) {
                progress.begins("training " + activation.wireName() + ", to be read by SAELens");
                Dictionary dictionary = train(activation, rows);
                Path folder = work.resolve("ours-" + activation.wireName());
                DictionaryFiles.write(dictionary, folder);
                ours.add(row(peer, "read", ImportedFrom.SAE_LENS, activation.wireName(), folder, file, rows));
                if (activation == Activation.TOPK) {
                    Path other = work.resolve("ours-sparsify");
                    SparsifyFiles.write(dictionary, other);
                    ours.add(row(peer, "read", ImportedFrom.SPARSIFY, activation.wireName(), other, file, rows));
                }
            }
            for (Activation activation : Activation.values()) {
                progress.begins("SAELens training " + activation.wireName() + ", to be read here");
                Path folder = Files.createDirectories(work.resolve("theirs-" + activation.wireName()));
                theirs.add(row(peer, "train", ImportedFrom.SAE_LENS, activation.wireName(), folder, file, rows));
            }
            progress.begins("sparsify training topk, to be read here");
            Path folder = Files.createDirectories(work.resolve("theirs-sparsify"));
            theirs.add(row(peer, "train", ImportedFrom.SPARSIFY, "topk", folder, file, rows));
        }
        List<String> columns = List.of(
                "layout", "trained as", "rows", "active", "active in one only", "largest difference", "within 1e-5");
        return new Report(
                "saelens-interop",
                List.of(
                        versions,
                        String.format(
                                Locale.ROOT,
                                "d %d, F %d, k %d, %d steps of %d rows",
                                WIDTH,
                                FEATURES,
                                K,
                                STEPS,
                                BATCH)),
                List.of(
                        new Report.Section(
                                "Trained here, loaded by SAE.load_from_disk and SparseCoder.load_from_disk",
                                columns,
                                ours,
                                List.of()),
                        new Report.Section(
                                "Trained and saved by the package, read here as an import reads it",
                                columns,
                                theirs,
                                List.of(
                                        "Activations are compared with decoder norms folded (SAELens' fold_W_dec_norm)."))));
    }

    private static Dictionary train(Activation activation, float[] rows) {
        TrainConfig config = TrainConfig.of(FEATURES, K, activation, (long) STEPS * BATCH, SEED, BATCH, null, ROWS);
        try (StepKernels kernels = Kernels.open(
                new KernelShape(WIDTH, FEATURES, BATCH), Runtime.getRuntime().availableProcessors())) {
            TrainStep step = new TrainStep(config, kernels);
            step.initialise(rows, ROWS);
            for (int s = 0; s < STEPS; s++) {
                int at = s * BATCH % ROWS * WIDTH;
                step.run(Arrays.copyOfRange(rows, at, at + BATCH * WIDTH));
            }
            return step.export("organism", "blocks.2.hook_resid_post");
        }
    }

    private static List<String> row(
            PythonPeer peer, String operation, String layout, String architecture, Path folder, Path file, float[] rows)
            throws IOException {
        Map<String, Object> order = new HashMap<>(Map.of(
                "op", operation,
                "layout", layout,
                "architecture", architecture,
                "folder", folder.toString(),
                "rows", file.toString(),
                "width", WIDTH,
                "features", FEATURES,
                "k", K,
                "steps", STEPS));
        float[] values = read(Path.of(peer.ask(order).path("values").asText()));
        Reading reading = Reading.of(folder, rows);
        double difference = reading.difference(values);
        long split = reading.split(values);
        return List.of(
                layout,
                architecture,
                Integer.toString(ROWS),
                Long.toString(reading.active()),
                Long.toString(split),
                String.format(Locale.ROOT, "%.1e", difference),
                difference <= GOAL && split == 0 ? "yes" : "NO");
    }

    /** Sparse sums of random directions with a mean and a little noise, {@code [rows, width]}. */
    private static float[] rows() {
        float[] directions = new float[DIRECTIONS * WIDTH];
        for (int i = 0; i < directions.length; i++) {
            directions[i] = (float) (KeyedRandom.gaussian(SEED, i) / Math.sqrt(WIDTH));
        }
        float[] rows = new float[ROWS * WIDTH];
        for (int r = 0; r < ROWS; r++) {
            long key = KeyedRandom.hash(SEED, 1, r);
            for (int a = 0; a < ACTIVE; a++) {
                int direction = (int) Long.remainderUnsigned(KeyedRandom.mix(key + a), DIRECTIONS);
                double weight = 1 + Math.abs(KeyedRandom.gaussian(key, a));
                for (int c = 0; c < WIDTH; c++) {
                    rows[r * WIDTH + c] += (float) (weight * directions[direction * WIDTH + c]);
                }
            }
            for (int c = 0; c < WIDTH; c++) {
                rows[r * WIDTH + c] += (float) (0.3 + 0.05 * KeyedRandom.gaussian(key, ACTIVE + c));
            }
        }
        return rows;
    }

    private static void write(Path file, float[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        Files.write(file, bytes.array());
    }

    private static float[] read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }
}
