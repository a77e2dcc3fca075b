package io.concordance.bench.scale;

import com.fasterxml.jackson.core.JacksonException;
import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * 1 to 1,000 capture workers and 10^12 tokens: what is measured of one worker on this machine drives queues in the place of
 * Kafka, PostgreSQL and the object store.
 */
public final class ScaleSimulation implements Comparison {
    private static final List<Integer> WORKERS = List.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000);
    private static final int MOST = WORKERS.getLast();
    private static final double TOKENS = 1e12;
    private static final double SLOWER = 50;
    private static final long SEED = 1;
    private static final double DAY = 86_400;

    private final Options options;

    public ScaleSimulation() {
        this(Options.NONE);
    }

    private ScaleSimulation(Options options) {
        this.options = options;
    }

    @Override
    public Comparison with(Options other) {
        return new ScaleSimulation(other.withoutRounds().withoutOnly());
    }

    @Override
    public boolean takesSettings() {
        return true;
    }

    @Override
    public Report run(Progress progress) throws Exception {
        Map<String, String> settings = new TreeMap<>(options.settings());
        String file = settings.remove("times");
        String plot = settings.remove("plot");
        String slower = settings.remove("model-factor");
        double factor = slower == null ? SLOWER : Layout.number("model-factor", slower);
        Layout layout = Layout.of(settings);
        Times times = file == null ? new Measurement(options.quick()).measure(progress) : read(Path.of(file));
        List<Report.Section> sections = new ArrayList<>(List.of(measured(times, layout)));
        LinePlot lines = new LinePlot("capture workers", "tokens a second that all of the line keeps up with");
        for (double of : new double[] {1, factor}) {
            String model = of == 1 ? "the organism" : text("a model %.0f times as slow", of);
            Times driven = times.slower(of);
            List<Plan.Step> steps = Plan.steps(driven, layout, MOST);
            sections.add(limits(model, driven, layout));
            sections.add(steps(model, steps));
            progress.begins("simulating " + model);
            sections.add(rates(model, driven, steps, lines));
        }
        sections.add(whole(times, layout));
        if (plot != null) {
            Files.writeString(Path.of(plot), lines.svg());
        }
        return new Report(
                "scale",
                List.of(
                        file == null
                                ? "times measured in this run, on "
                                        + Runtime.getRuntime().availableProcessors()
                                        + " processors that Kafka, PostgreSQL, the object store and all services share"
                                : "times from " + file,
                        "times as JSON, for --set times=FILE: " + new String(Json.bytes(times), StandardCharsets.UTF_8),
                        "seed " + SEED),
                sections);
    }

    private static Times read(Path file) throws IOException {
        try {
            return Json.mapper().readValue(Files.readAllBytes(file), Times.class);
        } catch (JacksonException e) {
            throw new FieldProblem("times", file, "times as this comparison prints them: " + e.getOriginalMessage());
        }
    }

    private static Report.Section measured(Times times, Layout layout) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("model time of a slice, s", new Sample(times.turnSeconds()).text("%.4f")));
        rows.add(row("from there until its shards are durable, s", new Sample(times.uploadSeconds()).text("%.4f")));
        rows.add(row("tokens of a slice", text("%.0f", times.tokensASlice())));
        rows.add(row("bytes of a slice's shards", text("%.0f", times.bytesASlice())));
        rows.add(row("transaction behind a row's lock, s", new Sample(times.transactionSeconds()).text("%.5f")));
        rows.add(row("transactions a second, 8 clients", text("%.0f", times.transactionsASecond())));
        rows.add(row(
                "relay: a batch, and each event in it, s",
                text("%.5f, %.6f", times.relayFixedSeconds(), times.relayEachSeconds())));
        rows.add(row("records a second of the broker", text("%.0f", times.recordsASecond())));
        rows.add(row("commits of all services a slice", text("%.2f", times.commitsASlice())));
        rows.add(row("commits a second of an idle service", text("%.2f", times.idleCommitsASecond())));
        rows.add(row("connections of a worker, at most", Integer.toString(times.workerConnections())));
        rows.add(row("bytes of PostgreSQL's log a slice", text("%.0f", times.walBytesASlice())));
        rows.add(row("bytes of an announced shard", text("%.0f", times.eventBytes())));
        Plant.Outcome one = Plant.run(times, layout, 1, SEED);
        return new Report.Section(
                "Measured",
                List.of("what", "value"),
                rows,
                List.of(text(
                        "check: the platform with one worker made %.2f slices a second on shared processors; the"
                                + " simulation of one worker with processors of its own makes %.2f",
                        times.platformSlicesASecond(), one.captured())));
    }

    private static Report.Section limits(String model, Times times, Layout layout) {
        List<List<String>> rows = new ArrayList<>();
        for (Resource resource : Resource.values()) {
            int from = resource.holdsBackFrom(times, layout, MOST);
            rows.add(row(
                    resource.title(),
                    resource.demand(times, layout),
                    text("%.4g", resource.limit(times, layout, 1)),
                    text("%.4g", resource.limit(times, layout, MOST)),
                    from == 0 ? "" : Integer.toString(from)));
        }
        return new Report.Section(
                "Where each saturates as shipped, " + model,
                List.of(
                        "resource",
                        "a slice takes",
                        "slices/s with 1 worker",
                        "slices/s with " + MOST,
                        "holds workers back from"),
                rows,
                List.of("empty: not up to " + MOST + " workers"));
    }

    private static Report.Section steps(String model, List<Plan.Step> steps) {
        return new Report.Section(
                "What breaks first, what to change, what breaks next, " + model,
                List.of("change", "then the first to hold workers back", "from"),
                steps.stream()
                        .map(step -> row(
                                step.change(),
                                step.narrowest() == Resource.WORKERS
                                        ? "nothing up to " + MOST
                                        : step.narrowest().title(),
                                step.from() == 0 ? "" : Integer.toString(step.from())))
                        .toList(),
                List.of("each change is made to the layout of the line above it"));
    }

    private static Report.Section rates(String model, Times times, List<Plan.Step> steps, LinePlot plot) {
        List<List<String>> rows = new ArrayList<>();
        for (Plan.Step step : List.of(steps.getFirst(), steps.getLast())) {
            String layout = step == steps.getFirst() ? "as shipped" : "all changes";
            List<double[]> points = new ArrayList<>();
            for (int workers : WORKERS) {
                Plant.Outcome outcome = Plant.run(times, step.layout(), workers, SEED);
                Times sized = times.larger(step.layout().sliceFactor());
                Resource narrowest = Resource.narrowest(sized, step.layout(), workers);
                double tokens = outcome.kept() * sized.tokensASlice();
                points.add(new double[] {workers, tokens});
                rows.add(row(
                        layout,
                        Integer.toString(workers),
                        text("%.4g", outcome.kept()),
                        text("%.4g", narrowest.limit(sized, step.layout(), workers)),
                        narrowest.title(),
                        text("%.4g", tokens),
                        tokens == 0 ? "never" : text("%.4g", TOKENS / tokens / DAY),
                        text("%.2f", outcome.models()),
                        text("%.2f", outcome.database()),
                        text("%.2f", outcome.jobRow()),
                        text("%.2f", outcome.relay()),
                        text("%.2f", outcome.consumers()),
                        text("%.2f", outcome.puts()),
                        text("%.3g", outcome.outboxGrowth())));
            }
            plot.add(layout + ", " + model, points);
        }
        return new Report.Section(
                "Rates, " + model,
                List.of(
                        "layout",
                        "workers",
                        "slices/s",
                        "bound",
                        "by",
                        "tokens/s",
                        "days for 10^12",
                        "models",
                        "database",
                        "job rows",
                        "relay",
                        "consumers",
                        "writes",
                        "outbox grows/s"),
                rows,
                List.of(
                        "slices/s: of which every group has heard; shares of the time that models, database and the others were busy"));
    }

    private static Report.Section whole(Times times, Layout layout) {
        double slices = TOKENS / times.tokensASlice();
        List<List<String>> rows = new ArrayList<>();
        rows.add(row("slices", text("%.3g", slices)));
        rows.add(row("objects, one hook", text("%.3g", slices * times.shardsASlice())));
        rows.add(row("bytes in the object store, one hook", text("%.3g", slices * times.bytesASlice())));
        rows.add(row(
                "bytes in Kafka, one replica, announcements alone",
                text("%.3g", slices * times.shardsASlice() * times.eventBytes())));
        rows.add(row("commits of PostgreSQL", text("%.3g", slices * times.commitsASlice())));
        rows.add(row("bytes of PostgreSQL's log", text("%.3g", slices * times.walBytesASlice())));
        rows.add(row("reads of the object store", text("%.3g", slices * times.shardsASlice() * layout.readers())));
        return new Report.Section("10^12 tokens in slices as measured", List.of("what", "how much"), rows, List.of());
    }

    private static List<String> row(String... cells) {
        return List.of(cells);
    }

    private static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
