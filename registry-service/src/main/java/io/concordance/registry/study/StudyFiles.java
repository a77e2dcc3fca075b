package io.concordance.registry.study;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.transcript.Transcripts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A study with the files that came along with it. A path of the study names the file that has the path's last part as its
 * name: folders do not come along.
 *
 * @param files where each lies, by name
 */
record StudyFiles(Study study, Map<String, Path> files) {

    /** The files of a model. */
    record ModelFiles(String name, Path onnx, Path tokenizer) {}

    /**
     * Transcript files by their path in the study, each read to its end once.
     *
     * @throws FieldProblem naming the field whose file did not come, or holds no transcripts
     */
    Map<String, Path> transcripts() {
        Map<String, Path> found = new LinkedHashMap<>();
        Map<String, String> paths = new HashMap<>();
        List<Study.Arm> arms = study.arms();
        for (int i = 0; i < arms.size(); i++) {
            transcripts("arms[" + i + "].transcripts", arms.get(i).transcripts(), found, paths);
        }
        transcripts("evaluate.transcripts", study.evaluate().transcripts(), found, paths);
        return found;
    }

    /** @param paths of the study by the name of their file */
    private void transcripts(String field, String path, Map<String, Path> found, Map<String, String> paths) {
        if (found.containsKey(path)) {
            return;
        }
        Path file = file(field, path);
        if (paths.put(name(path), path) != null) {
            throw new FieldProblem(
                    field, path, "another file name than every other path, since folders do not come along");
        }
        try (InputStream in = Files.newInputStream(file)) {
            Transcripts.read(in, Transcripts.Limits.DEFAULT, transcript -> {});
        } catch (FieldProblem e) {
            throw new FieldProblem(field, path, "a file of transcripts (" + e.getMessage() + ")");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        found.put(path, file);
    }

    /**
     * The files of a model of the study.
     *
     * @param field {@code model} or {@code base}
     * @throws FieldProblem naming the field whose file did not come
     */
    ModelFiles of(String field, Study.Model model) {
        return new ModelFiles(
                model.name(), file(field + ".onnx", model.onnx()), file(field + ".tokenizer", model.tokenizer()));
    }

    private Path file(String field, String path) {
        Path file = files.get(name(path));
        if (file == null) {
            throw new FieldProblem(
                    field,
                    path,
                    files.isEmpty()
                            ? "a file that is sent along (there is none)"
                            : "the name of a file that is sent along: "
                                    + String.join(", ", new TreeSet<>(files.keySet())));
        }
        return file;
    }

    /** The last part of a path, however its folders are told apart. */
    static String name(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }
}
