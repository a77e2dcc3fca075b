package io.concordance.cli.study;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.transcript.Transcripts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that a study names, found and read once before anything is started or sent.
 *
 * @param transcripts file by its path in the study, each once
 */
record StudyInputs(ModelFiles model, @Nullable ModelFiles base, Map<String, Path> transcripts) {

    record ModelFiles(String name, Path onnx, Path tokenizer) {}

    /**
     * Resolves every path of the study against its folder.
     *
     * @throws FieldProblem naming the field whose file is missing, unreadable or holds no transcripts
     */
    static StudyInputs find(Study study, Path folder, BundledModels bundled) {
        Map<String, Path> transcripts = new LinkedHashMap<>();
        List<Study.Arm> arms = study.arms();
        for (int i = 0; i < arms.size(); i++) {
            transcripts(transcripts, "arms[" + i + "].transcripts", arms.get(i).transcripts(), folder);
        }
        transcripts(transcripts, "evaluate.transcripts", study.evaluate().transcripts(), folder);
        Study.@Nullable Model base = study.base();
        return new StudyInputs(
                model("model", study.model(), folder, bundled),
                base == null ? null : model("base", base, folder, bundled),
                transcripts);
    }

    private static ModelFiles model(String field, Study.Model model, Path folder, BundledModels bundled) {
        return new ModelFiles(
                model.name(),
                bundled.onnx(field + ".onnx", model.onnx())
                        .orElseGet(() -> readable(field + ".onnx", model.onnx(), folder)),
                bundled.tokenizer(field + ".tokenizer", model.tokenizer())
                        .orElseGet(() -> readable(field + ".tokenizer", model.tokenizer(), folder)));
    }

    private static void transcripts(Map<String, Path> known, String field, String path, Path folder) {
        if (known.containsKey(path)) {
            return;
        }
        Path file = readable(field, path, folder);
        try (InputStream in = Files.newInputStream(file)) {
            Transcripts.read(in, Transcripts.Limits.DEFAULT, transcript -> {});
        } catch (FieldProblem e) {
            throw new FieldProblem(field, path, "a file of transcripts (" + e.getMessage() + ")");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        known.put(path, file);
    }

    private static Path readable(String field, String path, Path folder) {
        Path file = folder.resolve(path).normalize();
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new FieldProblem(field, path, "a readable file (there is none at " + file + ")");
        }
        return file;
    }
}
