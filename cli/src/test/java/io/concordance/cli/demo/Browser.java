package io.concordance.cli.demo;

import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A headless Chromium of the machine: {@code -Dconcordance.chromium=PATH}, or where distributions put it. Nothing is
 * downloaded.
 */
record Browser(Playwright playwright, com.microsoft.playwright.Browser chromium) implements AutoCloseable {
    private static final List<String> USUAL =
            List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

    /** Empty where there is none. */
    static Optional<Browser> open() {
        Optional<Path> binary = Stream.concat(
                        Optional.ofNullable(System.getProperty("concordance.chromium")).stream(), USUAL.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        if (binary.isEmpty()) {
            return Optional.empty();
        }
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return Optional.of(new Browser(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(binary.get())
                                .setHeadless(true))));
    }

    @Override
    public void close() {
        playwright.close();
    }
}
