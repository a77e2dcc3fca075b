package io.concordance.cli.study;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.cli.CommandFailure;
import io.concordance.cli.Home;
import io.concordance.cli.platform.ConsoleProgress;
import io.concordance.cli.platform.Platform;
import io.concordance.cli.platform.PlatformEndpoints;
import io.concordance.cli.rest.Api;
import io.concordance.cli.rest.Multipart;
import io.concordance.cli.rest.ProgressStream;
import io.concordance.cli.study.StudyInputs.ModelFiles;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyFile;
import io.concordance.contracts.study.StudyReport;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs one study, from the file to the report. */
public final class StudyRunner {
    private final PrintStream out;

    public StudyRunner(PrintStream out) {
        this.out = out;
    }

    /**
     * How to run it.
     *
     * @param data the platform's directory
     * @param report where to write the report as JSON, or null
     * @param exit whether to stop the platform at the end
     * @param seed dictionary seed in place of the file's, or null
     * @param review {@code people} or {@code stand-in}
     */
    public record Options(
            Path data,
            @Nullable Path report,
            boolean exit,
            @Nullable Long seed,
            String review) {}

    /** A study and what it names, read. */
    private record Read(Study study, StudyInputs inputs) {}

    /**
     * Runs the study on the local platform and prints its report.
     *
     * @throws FieldProblem if the file or something it names cannot be used; nothing was started then
     * @throws CommandFailure if the platform does not start or the study fails
     */
    public StudyReport run(Path file, Options options) {
        Read read = read(file, options);
        ConsoleProgress starting = new ConsoleProgress(out);
        PlatformEndpoints platform = Platform.ensureUp(options.data(), starting);
        starting.done(platform);
        try {
            return run(read, platform.registry(), platform.capture(), options);
        } finally {
            if (options.exit()) {
                Platform.down(options.data());
            }
        }
    }

    /** As {@link #run(Path, Options)}, on a platform that is up elsewhere and stays so. */
    public StudyReport run(Path file, URI registry, URI capture, Options options) {
        return run(read(file, options), registry, capture, options);
    }

    private static Read read(Path file, Options options) {
        Study read = StudyFile.read(file);
        Study study = options.seed() == null ? read : read.withSeed(options.seed());
        BundledModels bundled = new BundledModels(
                Home.path().resolve("cli/target/models"), options.data().resolve("models"));
        Path folder = file.toAbsolutePath().normalize().getParent();
        StudyInputs inputs = StudyInputs.find(study, folder == null ? Path.of("") : folder, bundled);
        checkWritable(options.report());
        return new Read(study, inputs);
    }

    private StudyReport run(Read read, URI registryAt, URI captureAt, Options options) {
        Study study = read.study();
        StudyInputs inputs = read.inputs();
        Api capture = new Api("capture-service", captureAt);
        Api registry = new Api("registry-service", registryAt);
        Map<String, Object> order = new LinkedHashMap<>();
        order.put("study", study);
        order.put("models", upload(inputs, capture));
        order.put("transcripts", transcripts(inputs, capture));
        order.put("review", options.review());
        String id = registry.post("v1/studies", order).path("id").asText();
        out.println("study " + id);
        JsonNode last;
        try (StageView view = StageView.on(out)) {
            last = new ProgressStream(registry.address("v1/studies/" + id + "/events"))
                    .follow(view::show, status -> !status.path("state").asText().equals("running"));
        }
        if (!last.path("state").asText().equals("completed")) {
            throw new CommandFailure(
                    "study " + study.name() + " failed: " + last.path("problem").asText("no reason given"));
        }
        StudyReport report =
                Json.mapper().convertValue(registry.get("v1/studies/" + id + "/report"), StudyReport.class);
        out.println();
        ReportText.lines(report).forEach(out::println);
        write(options.report(), report);
        if (!options.exit()) {
            out.println("Page      " + registry.address("studies/" + id));
        }
        out.flush();
        return report;
    }

    private Map<String, String> upload(StudyInputs inputs, Api capture) {
        Map<String, String> models = new LinkedHashMap<>();
        models.put("model", upload(inputs.model(), capture));
        ModelFiles base = inputs.base();
        if (base != null) {
            models.put("base", upload(base, capture));
        }
        return models;
    }

    private String upload(ModelFiles model, Api capture) {
        Multipart form = new Multipart()
                .field("name", model.name())
                .file("onnx", model.onnx())
                .file("tokenizer", model.tokenizer());
        JsonNode registered = capture.upload("v1/models", form.contentType(), form::body);
        String id = registered.path("id").asText();
        out.println("model " + model.name() + "  " + id);
        return id;
    }

    private static Map<String, String> transcripts(StudyInputs inputs, Api capture) {
        Map<String, String> digests = new LinkedHashMap<>();
        inputs.transcripts().forEach((path, file) -> {
            JsonNode stored = capture.upload("v1/transcripts", "application/x-ndjson", () -> {
                try {
                    return BodyPublishers.ofFile(file);
                } catch (FileNotFoundException e) {
                    throw new CommandFailure(file + " is not there any more", e);
                }
            });
            digests.put(path, stored.path("digest").asText());
        });
        return digests;
    }

    private static void checkWritable(@Nullable Path report) {
        if (report == null) {
            return;
        }
        Path folder = report.toAbsolutePath().normalize().getParent();
        if (Files.isDirectory(report) || folder == null || !Files.isWritable(folder)) {
            throw new FieldProblem("--report", report, "a file in a folder that can be written to");
        }
    }

    private static void write(@Nullable Path file, StudyReport report) {
        if (file == null) {
            return;
        }
        try {
            Files.write(file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(report));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
