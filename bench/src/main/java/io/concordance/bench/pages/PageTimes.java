package io.concordance.bench.pages;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import io.concordance.bench.pull.Cli;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Every page of a platform that ran the bundled study, has a feature with 10,000 examples and has heard of a dictionary of
 * 65,536 features, asked for by 20 at once.
 */
public final class PageTimes implements Comparison {
    private static final int CALLERS = 20;
    private static final int WARM = 10;
    private static final int EXAMPLES = 10_000;
    private static final int PAINTS = 5;
    private static final double GOAL_MILLIS = 150;
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final int features;
    private final int each;

    public PageTimes() {
        this(65_536, 30);
    }

    private PageTimes(int features, int each) {
        this.features = features;
        this.each = each;
    }

    private record Times(double[] sorted, long bytes, double seconds) {
        double quantile(double q) {
            return sorted[(int) Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
        }
    }

    @Override
    public Comparison with(Options options) {
        options.withoutOnly().withoutRounds();
        return options.quick() ? new PageTimes(512, 2) : this;
    }

    @Override
    public Report run(Progress progress) throws Exception {
        Path home = Path.of(System.getProperty("concordance.home"));
        Path work = Files.createTempDirectory("concordance-pages");
        Cli cli = new Cli(home, work);
        try {
            progress.begins("the bundled study, for pages to show");
            cli.run("study", "run", home.resolve("demo/study.yaml").toString());
            JsonNode status = Json.read(cli.run("status", "--json"), JsonNode.class);
            URI registry = address(status.path("services"), "registry-service");
            WideDictionary wide = new WideDictionary(features);
            progress.begins(String.format(Locale.ROOT, "%,d features, for the registry to take in", features));
            URI kafka = address(status.path("infra"), "kafka");
            wide.announce(kafka.getHost() + ":" + kafka.getPort());
            try (HttpClient http = HttpClient.newHttpClient()) {
                await(http, registry, wide);
                String found = found(http, registry);
                if (!found.isEmpty()) {
                    ManyExamples.plant(work.resolve("data"), found, EXAMPLES);
                }
                return report(http, registry, wide, found, work, progress);
            }
        } finally {
            cli.run("down");
        }
    }

    /** A feature that the study released; empty where it found none. */
    private static String found(HttpClient http, URI registry) throws IOException, InterruptedException {
        return json(http, registry, "/v1/features?state=approved&limit=1")
                .path("items")
                .path(0)
                .path("uid")
                .asText();
    }

    private Report report(
            HttpClient http, URI registry, WideDictionary wide, String found, Path work, Progress progress)
            throws Exception {
        List<String> pages = pages(http, registry, wide, found);
        List<List<String>> rows = new ArrayList<>();
        boolean all = true;
        for (String page : pages) {
            progress.begins(page);
            measure(http, registry.resolve(page), WARM);
            Times times = measure(http, registry.resolve(page), each);
            all &= times.quantile(0.95) <= GOAL_MILLIS;
            rows.add(List.of(
                    name(page),
                    String.format(Locale.ROOT, "%.1f", times.quantile(0.5)),
                    String.format(Locale.ROOT, "%.1f", times.quantile(0.95)),
                    String.format(Locale.ROOT, "%.1f", times.sorted[times.sorted.length - 1]),
                    String.format(Locale.ROOT, "%.0f", times.sorted.length / times.seconds),
                    String.format(Locale.ROOT, "%,d", times.bytes)));
        }
        return new Report(
                "pages",
                List.of(String.format(
                        Locale.ROOT,
                        "%d processors, callers and services on the same ones; %d callers, %d requests each a page; %,d"
                                + " features in one dictionary, %s",
                        Runtime.getRuntime().availableProcessors(),
                        CALLERS,
                        each,
                        features,
                        found.isEmpty()
                                ? "none with many examples, because the study released none"
                                : String.format(Locale.ROOT, "%,d examples of one feature", EXAMPLES))),
                List.of(
                        new Report.Section(
                                "Time of a page (goal: p95 at most 150 ms)",
                                List.of("page", "median, ms", "p95, ms", "most, ms", "pages/s", "bytes"),
                                rows,
                                List.of(all ? "every page is within the goal" : "not every page is within the goal")),
                        painted(http, registry, pages, work, progress)));
    }

    /** How soon each page shows something, one at a time. */
    private static Report.Section painted(
            HttpClient http, URI registry, List<String> pages, Path work, Progress progress) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        Optional<FirstPaint> browser = FirstPaint.start(http, work);
        double worst = 0;
        if (browser.isPresent()) {
            try (FirstPaint chromium = browser.get()) {
                for (String page : pages) {
                    progress.begins("first paint of " + page);
                    double[] millis = new double[PAINTS];
                    for (int i = 0; i < PAINTS; i++) {
                        millis[i] = chromium.millis(registry.resolve(page));
                        worst = Math.max(worst, millis[i]);
                    }
                    rows.add(List.of(name(page), new Sample(millis).text("%.0f")));
                }
            }
        }
        return new Report.Section(
                String.format(Locale.ROOT, "First paint in headless Chromium (goal: at most 1.5 s), %d times", PAINTS),
                List.of("page", "ms"),
                rows,
                List.of(
                        browser.isEmpty()
                                ? "not measured: no Chromium here (-Dconcordance.chromium=PATH names one)"
                                : String.format(Locale.ROOT, "the slowest took %.0f ms", worst)));
    }

    private static String name(String page) {
        return page.length() > 60 ? page.substring(0, 60) + "…" : page;
    }

    private static List<String> pages(HttpClient http, URI registry, WideDictionary wide, String found)
            throws IOException, InterruptedException {
        JsonNode origin = json(http, registry, "/v1/features/" + (found.isEmpty() ? wide.uid(0) : found))
                .path("feature")
                .path("origin");
        String study = json(http, registry, "/v1/studies")
                .path("items")
                .path(0)
                .path("id")
                .asText();
        String dictionary = wide.digest();
        List<String> pages = new ArrayList<>(List.of(
                "/",
                "/features?dictionary=" + dictionary,
                "/features?dictionary=" + dictionary + "&cursor=" + dictionary + ":" + wide.features() / 2,
                "/features?grade=E1",
                "/features?state=approved",
                "/features/" + wide.uid(0),
                "/desk",
                "/models",
                "/dictionaries",
                "/dictionaries/" + origin.path("runId").asText(),
                "/models/" + origin.path("model").asText(),
                "/studies",
                "/studies/" + study,
                "/releases",
                "/monitors"));
        if (!found.isEmpty()) {
            pages.add("/features/" + found);
            pages.add("/features/" + found + "?examples=top&from=" + EXAMPLES / 2);
        }
        return pages;
    }

    /** Waits until the registry knows the last feature with everything that was said of it. */
    private static void await(HttpClient http, URI registry, WideDictionary wide) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int last = wide.features() - 1;
        int graded = last / 100 * 100;
        while (!known(http, registry, wide.uid(last)).path("explanation").isObject()
                || known(http, registry, wide.uid(graded)).path("evidence").isEmpty()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("the registry has not taken the features in within " + PATIENCE);
            }
            Thread.sleep(500);
        }
    }

    private static JsonNode known(HttpClient http, URI registry, String uid) throws IOException, InterruptedException {
        return json(http, registry, "/v1/features/" + uid).path("feature");
    }

    private static JsonNode json(HttpClient http, URI registry, String path) throws IOException, InterruptedException {
        return Json.read(
                http.send(HttpRequest.newBuilder(registry.resolve(path)).build(), BodyHandlers.ofByteArray())
                        .body(),
                JsonNode.class);
    }

    private static Times measure(HttpClient http, URI page, int each) throws Exception {
        double[] millis = new double[CALLERS * each];
        long[] bytes = new long[1];
        long begin = System.nanoTime();
        try (ExecutorService crew = Executors.newFixedThreadPool(CALLERS)) {
            List<Callable<Void>> work = new ArrayList<>();
            for (int c = 0; c < CALLERS; c++) {
                int own = c;
                work.add(() -> {
                    for (int i = 0; i < each; i++) {
                        long asked = System.nanoTime();
                        HttpResponse<byte[]> answer =
                                http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofByteArray());
                        millis[own * each + i] = (System.nanoTime() - asked) / 1e6;
                        if (answer.statusCode() != 200) {
                            throw new IOException(page + " answered " + answer.statusCode());
                        }
                        if (own == 0) {
                            bytes[0] = answer.body().length;
                        }
                    }
                    return null;
                });
            }
            for (Future<Void> future : crew.invokeAll(work)) {
                future.get();
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        Arrays.sort(millis);
        return new Times(millis, bytes[0], seconds);
    }

    private static URI address(JsonNode parts, String name) {
        for (JsonNode part : parts) {
            if (part.path("name").asText().equals(name)) {
                return URI.create(part.path("url").asText());
            }
        }
        throw new IllegalStateException(name + " does not run");
    }
}
