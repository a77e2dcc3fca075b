package io.concordance.cli.dictionary;

import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.SparsifyFiles;
import io.concordance.contracts.tensor.NpyFolder;
import io.concordance.contracts.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How a dictionary lies in a folder. */
enum DictionaryFormat {
    /** {@code cfg.json} and {@code sae_weights.safetensors}; the files that the digest is of. */
    SAE_LENS,
    /** {@code cfg.json} and {@code sae.safetensors}; TopK dictionaries only. */
    SPARSIFY,
    /** {@code cfg.json} of SAELens and a {@code .npy} file for each tensor. */
    NPY;

    /** {@code sae_lens}, {@code sparsify} or {@code npy}. */
    static final class Names implements ITypeConverter<DictionaryFormat> {
        @Override
        public DictionaryFormat convert(String name) {
            return switch (name) {
                case "sae_lens" -> SAE_LENS;
                case "sparsify" -> SPARSIFY;
                case "npy" -> NPY;
                default ->
                    throw new TypeConversionException("expected sae_lens, sparsify or npy, given '" + name + "'");
            };
        }
    }

    /** Writes a dictionary that lies in {@code saeLens} to another folder. */
    void write(Path saeLens, Path target) throws IOException {
        switch (this) {
            case SAE_LENS -> {
                copy(saeLens, target, DictionaryFiles.CONFIG);
                copy(saeLens, target, DictionaryFiles.WEIGHTS);
            }
            case SPARSIFY -> SparsifyFiles.write(DictionaryFiles.read(saeLens), target);
            case NPY -> {
                try (SafetensorsFile weights = SafetensorsFile.open(saeLens.resolve(DictionaryFiles.WEIGHTS))) {
                    NpyFolder.write(weights, target);
                }
                copy(saeLens, target, DictionaryFiles.CONFIG);
            }
        }
    }

    /**
     * The weights in a folder of any of these formats as one safetensors file.
     *
     * @param scratch folder for one that has to be put together
     */
    static Path weights(Path folder, Path scratch) throws IOException {
        for (String name : new String[] {DictionaryFiles.WEIGHTS, SparsifyFiles.WEIGHTS}) {
            if (Files.exists(folder.resolve(name))) {
                return folder.resolve(name);
            }
        }
        Path together = scratch.resolve(DictionaryFiles.WEIGHTS);
        NpyFolder.read(folder).write(together);
        return together;
    }

    private static void copy(Path from, Path to, String name) throws IOException {
        Files.createDirectories(to);
        Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
}
