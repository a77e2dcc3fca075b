package io.concordance.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import io.concordance.contracts.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What people do with pages alone: send a study and watch it, propose, review, publish, and read everything. */
final class PeopleAtWork implements AutoCloseable {
    /** Milliseconds. */
    private static final double PATIENCE = 60_000;

    private static final double LOOK = 500;

    private final URI registry;
    private final Path screens;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Optional<Browser> browser;

    PeopleAtWork(URI registry, Path screens) throws IOException {
        this.registry = registry;
        this.screens = Files.createDirectories(screens);
        this.browser = Browser.open();
    }

    /** Whether there is a browser to look through. */
    boolean see() {
        return browser.isPresent();
    }

    /**
     * Sends a study with the files of its folder by its form: first without one of them, which is said, then whole.
     *
     * @return its id
     */
    String send(Path study) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(study.getParent())) {
            files = all.filter(file -> !file.equals(study)).sorted().toList();
        }
        try (BrowserContext context = browser.orElseThrow().chromium().newContext();
                Page page = context.newPage()) {
            page.navigate(registry.resolve("/studies").toString());
            page.getByText("New study").click();
            page.locator("input[name=study]").setInputFiles(study);
            page.locator("input[name=files]")
                    .setInputFiles(files.subList(1, files.size()).toArray(Path[]::new));
            page.locator("select[name=review]").selectOption("stand-in");
            press(page);
            assertThat(page.locator("#refused").textContent())
                    .contains("base.onnx", files.getFirst().getFileName().toString());
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(screens.resolve("study-refused-1280.png"))
                    .setFullPage(true));
            page.locator("input[name=study]").setInputFiles(study);
            page.locator("input[name=files]").setInputFiles(files.toArray(Path[]::new));
            assertThat(page.locator("select[name=review]").inputValue()).isEqualTo("stand-in");
            press(page);
            page.locator("h2", new Page.LocatorOptions().setHasText("Stages")).waitFor();
            return page.url().substring(page.url().lastIndexOf('/') + 1);
        }
    }

    /** Sends the form of a page with the keyboard. */
    private static void press(Page page) {
        Locator button = page.locator("main button");
        button.focus();
        page.waitForNavigation(
                new Page.WaitForNavigationOptions().setTimeout(PATIENCE),
                () -> page.keyboard().press("Enter"));
    }

    /**
     * The overview and the study's page while it runs: both tell of its stages and its end without being loaded again, and
     * the first leads to the second.
     *
     * @return the study's report
     */
    JsonNode watch(String id) throws IOException, InterruptedException {
        JsonNode study = get("/v1/studies/" + id);
        try (BrowserContext context = browser.orElseThrow().chromium().newContext();
                Page own = context.newPage();
                Page page = context.newPage()) {
            own.navigate(registry.resolve("/studies/" + id).toString());
            page.navigate(registry.resolve("/").toString());
            Locator card = page.locator(
                    "#live li:has(a[href^='/studies/'])",
                    new Page.LocatorOptions().setHasText(study.path("name").asText()));
            card.waitFor(new Locator.WaitForOptions().setTimeout(PATIENCE));
            Object loaded = page.evaluate("performance.timeOrigin");
            Set<String> said = new LinkedHashSet<>();
            while (get("/v1/studies/" + id).path("state").asText().equals("running")) {
                said.add(card.locator(".muted").textContent().strip());
                page.waitForTimeout(LOOK);
            }
            card.locator(".state-completed").waitFor(new Locator.WaitForOptions().setTimeout(PATIENCE));
            assertThat(said).as("what the overview said while the study ran").hasSizeGreaterThan(2);
            assertThat(page.evaluate("performance.timeOrigin"))
                    .as("loaded once")
                    .isEqualTo(loaded);
            own.getByText("What each arm alone would have caught in deployment").waitFor();
            card.locator("a").click();
            page.getByText("What each arm alone would have caught in deployment")
                    .waitFor();
        }
        return get("/v1/studies/" + id + "/report");
    }

    /** A level of concern by way of the desk, a release of it by its form, and a monitor's report. */
    void judgeAndRelease() throws IOException, InterruptedException {
        String uid = get("/v1/candidates?limit=1")
                .path("items")
                .path(0)
                .path("feature")
                .path("uid")
                .asText();
        assertThat(uid).as("a candidate of the study").isNotEmpty();
        try (BrowserContext context = browser.orElseThrow().chromium().newContext();
                Page page = context.newPage()) {
            page.navigate(registry.resolve("/desk?uid=" + uid).toString());
            Locator level = page.locator("select[name=level]");
            page.keyboard().press("p");
            assertThat(level.evaluate("field => field === document.activeElement"))
                    .isEqualTo(true);
            page.keyboard().type("high");
            page.keyboard().press("Tab");
            page.keyboard().type("ada");
            page.keyboard().press("Tab");
            page.keyboard().type("fires before the action, and on nothing else");
            page.keyboard().press("Tab");
            page.keyboard().press("Enter");
            page.waitForURL("**/desk?*done=PROPOSED*");
            for (String reviewer : List.of("bob", "eve")) {
                page.navigate(registry.resolve("/desk?uid=" + uid).toString());
                page.keyboard().press("p");
                page.keyboard().type(reviewer);
                page.keyboard().press("Tab");
                page.keyboard().type("read its examples");
                page.keyboard().press("Tab");
                page.keyboard().press("Enter");
                page.waitForURL("**/desk?*done=APPROVED*");
            }
        }
        assertThat(get("/v1/features/" + uid).path("feature").path("state").asText())
                .isEqualTo("approved");
        assertThat(get("/v1/features/" + uid).path("feature").path("level").asText())
                .isEqualTo("high");
        String before = get("/v1/releases").path("items").path(0).path("digest").asText();
        publish(uid);
        JsonNode release = get("/v1/releases").path("items").path(0);
        assertThat(release.path("digest").asText()).isNotEqualTo(before);
        assertThat(release.path("features").toString()).contains(uid);
        post(
                "/v1/sightings",
                Map.of(
                        "monitor",
                        "gateway-1",
                        "release",
                        release.path("digest").asText(),
                        "sessions",
                        250_000,
                        "fires",
                        0,
                        "firesByRule",
                        Map.of()));
    }

    /** Publishes a feature beside those of the release before, with the keyboard from its box on. */
    private void publish(String uid) {
        try (BrowserContext context = browser.orElseThrow().chromium().newContext();
                Page page = context.newPage()) {
            page.navigate(registry.resolve("/releases").toString());
            page.getByText("Publish a release").click();
            page.locator("input[value='" + uid + "']").focus();
            page.keyboard().press("Space");
            page.locator("input[name=by]").focus();
            page.keyboard().type("rita");
            press(page);
            page.getByText("the channel points here").waitFor();
        }
    }

    /** That the page of monitors tells of one. */
    void seeArmed(String monitor) {
        try (BrowserContext context = browser.orElseThrow().chromium().newContext();
                Page page = context.newPage()) {
            page.navigate(registry.resolve("/monitors").toString());
            page.getByText(monitor).first().waitFor();
        }
    }

    /** What is wrong with the pages. */
    List<String> readEverything() throws IOException, InterruptedException {
        List<String> pages = new ArrayList<>(List.of(
                "overview /",
                "models /models",
                "dictionaries /dictionaries",
                "features /features?grade=E1",
                "desk /desk",
                "judging /judging",
                "studies /studies",
                "study-new /studies/new",
                "releases /releases",
                "release-new /releases/new",
                "monitors /monitors"));
        JsonNode feature =
                get("/v1/features?state=approved&limit=1").path("items").path(0);
        JsonNode open = get("/v1/features?limit=1").path("items").path(0);
        add(pages, "feature", "/features/", feature.path("uid"));
        add(pages, "feature-unjudged", "/features/", open.path("uid"));
        add(pages, "dictionary", "/dictionaries/", feature.path("origin").path("runId"));
        add(pages, "model", "/models/", feature.path("origin").path("model"));
        add(
                pages,
                "study",
                "/studies/",
                get("/v1/studies").path("items").path(0).path("id"));
        add(
                pages,
                "release",
                "/releases/",
                get("/v1/releases").path("items").path(0).path("version"));
        PageWalk walk = new PageWalk(browser.orElseThrow().chromium(), registry, screens);
        List<String> problems = walk.walk(pages);
        System.out.printf(
                "%d pages looked at, pictures in %s; the slowest showed something after %.0f ms%n",
                pages.size(), screens, walk.slowestPaint());
        return problems;
    }

    private static void add(List<String> pages, String name, String folder, JsonNode id) {
        if (!id.isMissingNode()) {
            pages.add(name + " " + folder + id.asText());
        }
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(registry.resolve(path)).build());
    }

    private JsonNode post(String path, Object body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(registry.resolve(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(Json.bytes(body)))
                .build());
    }

    private JsonNode send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = http.send(request, BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).as(request.uri().getPath()).isBetween(200, 299);
        return Json.read(answer.body(), JsonNode.class);
    }

    @Override
    public void close() {
        browser.ifPresent(Browser::close);
        http.shutdownNow();
    }
}
