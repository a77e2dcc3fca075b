package io.concordance.trainer.checkpoint;

import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.trainer.kernel.Processor;
import io.concordance.trainer.step.Activation;
import io.concordance.trainer.step.KeyedRandom;
import io.concordance.trainer.step.TrainConfig;
import io.concordance.trainer.stream.RowColumns;
import io.concordance.trainer.stream.ShardOrder;
import io.concordance.trainer.stream.ShardSource;
import io.concordance.trainer.stream.SliceRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A process that trains a large dictionary for a few steps, saves a checkpoint, goes on from it, and exports. Prints the
 * most memory that it had resident, in bytes. Arguments: width, features, batch, folder.
 */
final class TrainingMemory {
    private TrainingMemory() {}

    /** Rows made up as they are read. */
    private record Noise(int width, int rows) implements ShardSource, SliceRows {
        @Override
        public Optional<Written> find(ShardOrder.Slot slot) {
            ObjectRef object = new ObjectRef("none", "noise", "sha256:0", 0);
            return Optional.of(new Written(List.of(new Written.Part(object, rows)), width, true));
        }

        @Override
        public SliceRows open(ShardOrder.Slot slot, Written written) {
            return this;
        }

        @Override
        public void copy(int row, float[] target, int offset) {
            for (int i = 0; i < width; i++) {
                target[offset + i] = (KeyedRandom.mix((long) row * width + i) >>> 40) * 0x1.0p-24f - 0.5f;
            }
        }

        @Override
        public RowColumns columns() {
            int[] none = new int[rows];
            return new RowColumns(none, none, none, List.of("noise"));
        }

        @Override
        public void close() {}
    }

    public static void main(String[] args) throws IOException {
        int width = Integer.parseInt(args[0]);
        int features = Integer.parseInt(args[1]);
        int batch = Integer.parseInt(args[2]);
        Path folder = Path.of(args[3]);
        TrainConfig config = TrainConfig.of(features, 32, Activation.TOPK, 3L * batch, 1, batch, null, 1 << 16);
        ShardOrder order = new ShardOrder(List.of(new ShardOrder.Job("noise", 4)));
        Noise noise = new Noise(width, 1 << 15);
        Path file = folder.resolve("checkpoint");
        begin(config, width, order, noise, file);
        goOn(config, width, order, noise, file, folder);
        System.out.println("peak " + peakResident());
    }

    private static void begin(TrainConfig config, int width, ShardOrder order, Noise noise, Path file) {
        try (Training training = new Training(config, width, order, noise, Processor.cpu(2), null)) {
            training.advance();
            CheckpointFile.write(training.checkpoint(), file);
        }
    }

    private static void goOn(TrainConfig config, int width, ShardOrder order, Noise noise, Path file, Path folder) {
        try (Training training =
                new Training(config, width, order, noise, Processor.cpu(2), CheckpointFile.read(file))) {
            while (training.advance() != Training.Advance.DONE) {}
            DictionaryFiles.write(training.export("noise", "noise"), folder.resolve("dictionary"));
        }
    }

    /** Of the process with the files it has mapped, in bytes; where Linux says so. */
    private static long peakResident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
