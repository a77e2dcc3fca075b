package io.concordance.cli.demo;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Opens pages of a running registry as people do, narrow and wide, in light and dark, keeps a picture of each, and collects
 * what is wrong with them.
 */
final class PageWalk {
    private static final List<View> VIEWS = List.of(
            new View(1440, 1000, ColorScheme.LIGHT),
            new View(390, 844, ColorScheme.LIGHT),
            new View(1440, 1000, ColorScheme.DARK));

    /** Sideways overflow of the page, figures with nothing in them, and words of figures that lie on each other or on marks. */
    private static final String LOOK = """
            () => {
              const found = [];
              const root = document.documentElement;
              if (root.scrollWidth > root.clientWidth) {
                found.push(`is ${root.scrollWidth} px wide in ${root.clientWidth} px`);
              }
              for (const figure of document.querySelectorAll('figure')) {
                const svg = figure.querySelector('svg');
                const shapes = svg.querySelectorAll('rect, path');
                const box = svg.getBoundingClientRect();
                if (shapes.length === 0 || box.width < 100 || box.height < 30) found.push(`${figure.id} is empty`);
                if (!figure.querySelector('figcaption').textContent.trim()) found.push(`${figure.id} has no caption`);
                const words = [...svg.querySelectorAll('text')].filter(t => t.textContent)
                    .map(t => [t.textContent, t.getBoundingClientRect()]);
                const marks = [...svg.querySelectorAll('path.mark')].map(m => m.getBoundingClientRect());
                for (const name of svg.querySelectorAll('text.name')) {
                  const a = name.getBoundingClientRect();
                  if (marks.some(b => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2)) {
                    found.push(`${figure.id}: "${name.textContent}" lies on a mark`);
                  }
                }
                for (let i = 0; i < words.length; i++) {
                  const [text, a] = words[i];
                  if (a.left < box.left - 2 || a.right > box.right + 2) found.push(`${figure.id}: "${text}" is cut`);
                  for (let j = 0; j < i; j++) {
                    const [other, b] = words[j];
                    if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2) {
                      found.push(`${figure.id}: "${text}" lies on "${other}"`);
                    }
                  }
                }
              }
              return found;
            }""";

    private static final String LINKS =
            "() => [...document.querySelectorAll('figure .export a, .export a')].map(a => a.href)";

    private final com.microsoft.playwright.Browser browser;
    private final URI registry;
    private final Path screens;
    private final List<String> problems = new ArrayList<>();
    private double slowestPaint;

    private record View(int width, int height, ColorScheme scheme) {
        String name() {
            return width + (scheme == ColorScheme.DARK ? "-dark" : "");
        }
    }

    PageWalk(com.microsoft.playwright.Browser browser, URI registry, Path screens) {
        this.browser = browser;
        this.registry = registry;
        this.screens = screens;
    }

    /** @param pages name of the picture, a space, and the path */
    List<String> walk(List<String> pages) {
        Set<String> exports = new LinkedHashSet<>();
        for (View view : VIEWS) {
            try (BrowserContext context = browser.newContext(new NewContextOptions()
                    .setViewportSize(view.width(), view.height())
                    .setColorScheme(view.scheme()))) {
                for (String page : pages) {
                    int space = page.indexOf(' ');
                    look(context, view, page.substring(0, space), page.substring(space + 1), exports);
                }
            }
        }
        try (BrowserContext context = browser.newContext()) {
            for (String export : exports) {
                APIResponse answer = context.request().get(export);
                if (answer.status() != 200 || answer.body().length < 20) {
                    problems.add(export + " answers " + answer.status() + " with " + answer.body().length + " bytes");
                }
            }
        }
        return problems;
    }

    /** Milliseconds until the slowest page showed something. */
    double slowestPaint() {
        return slowestPaint;
    }

    @SuppressWarnings("unchecked")
    private void look(BrowserContext context, View view, String name, String path, Set<String> exports) {
        String where = path + " at " + view.name() + " ";
        try (Page page = context.newPage()) {
            page.onConsoleMessage(message -> {
                if (message.type().equals("error") || message.text().contains("Content Security Policy")) {
                    problems.add(where + "says: " + message.text());
                }
            });
            page.onPageError(error -> problems.add(where + "fails: " + error));
            int status = page.navigate(registry.resolve(path).toString()).status();
            if (status != 200) {
                problems.add(where + "answers " + status);
            }
            page.screenshot(new Page.ScreenshotOptions()
                    .setPath(screens.resolve(name + "-" + view.name() + ".png"))
                    .setFullPage(true));
            ((List<String>) page.evaluate(LOOK)).forEach(found -> problems.add(where + found));
            exports.addAll((List<String>) page.evaluate(LINKS));
            for (Rule rule : new AxeBuilder(page).analyze().getViolations()) {
                if ("serious".equals(rule.getImpact()) || "critical".equals(rule.getImpact())) {
                    problems.add(where + "breaks " + rule.getId() + ": "
                            + rule.getNodes().getFirst().getHtml());
                }
            }
            Object paint = page.evaluate(
                    "() => Math.max(0, ...performance.getEntriesByType('paint').map(entry => entry.startTime))");
            slowestPaint = Math.max(slowestPaint, ((Number) paint).doubleValue());
        }
    }
}
