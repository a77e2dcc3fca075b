package io.concordance.bench.pull;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.bench.Comparison;
import io.concordance.bench.Options;
import io.concordance.bench.Report;
import io.concordance.bench.Sample;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.release.ReleaseBundle;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The bundled study's release, pulled from the registry and from nginx with the same bytes, in turns: the channel as
 * monitors ask for it when nothing has changed, and the whole bundle.
 */
public final class RegistryPull implements Comparison {
    private static final String CHANNEL = "/v1/channels/stable";
    private static final int CONNECTIONS = 4;
    private static final int EACH = 5_000;
    private static final int ROUNDS = 7;

    /** After so many the code that answers is compiled. */
    private static final int WARM_UP = 6;

    private static final int MONITORS = 1_000;
    private static final int POLL_SECONDS = 30;

    private final int each;
    private final int rounds;

    public RegistryPull() {
        this(EACH, ROUNDS);
    }

    private RegistryPull(int each, int rounds) {
        this.each = each;
        this.rounds = rounds;
    }

    @Override
    public Comparison with(Options options) {
        options.withoutOnly();
        return options.quick()
                ? new RegistryPull(50, options.roundsOr(1))
                : new RegistryPull(each, options.roundsOr(rounds));
    }

    @Override
    public Report run(Progress progress) throws Exception {
        Path home = Path.of(System.getProperty("concordance.home"));
        Path work = Files.createTempDirectory("concordance-registry-pull");
        Cli cli = new Cli(home, work);
        try {
            progress.begins("the bundled study, for a release to pull");
            cli.run("study", "run", home.resolve("demo/study.yaml").toString());
            JsonNode registry = cli.service("registry-service");
            URI address = URI.create(registry.path("url").asText());
            long pid = registry.path("pid").asLong();
            List<String> bundle = bundle(address);
            Path root = work.resolve("root");
            long size = 0;
            for (String path : bundle) {
                size += copy(address, path, root);
            }
            copy(address, CHANNEL, root);
            try (Closing nginx = new Closing(Nginx.start(root, Files.createDirectories(work.resolve("nginx"))))) {
                return report(address, pid, nginx.nginx(), bundle, size, progress);
            }
        } finally {
            cli.run("down");
        }
    }

    /** Closes nginx where there is one. */
    private record Closing(Optional<Nginx> nginx) implements AutoCloseable {
        @Override
        public void close() throws InterruptedException {
            if (nginx.isPresent()) {
                nginx.get().close();
            }
        }
    }

    private Report report(
            URI registry, long pid, Optional<Nginx> nginx, List<String> bundle, long size, Progress progress)
            throws Exception {
        List<List<String>> rows = new ArrayList<>();
        double cpu = cpu(pid);
        compare("304 of the channel", registry, nginx, List.of(CHANNEL), true, rows, progress);
        double each304 = (cpu(pid) - cpu) / ((rounds + (double) WARM_UP) * CONNECTIONS * each);
        compare("the whole bundle", registry, nginx, bundle, false, rows, progress);
        return new Report(
                "registry-pull",
                List.of(String.format(
                        Locale.ROOT,
                        "%d processors, client and servers on the same ones; %d connections, %d requests each a round;"
                                + " bundle of %,d bytes in %d files",
                        Runtime.getRuntime().availableProcessors(),
                        CONNECTIONS,
                        each,
                        size,
                        bundle.size())),
                List.of(new Report.Section(
                        "Pulls (goal: at least half of nginx)",
                        List.of("what", "from", "requests/s", "MB/s", "p99, ms", "of nginx"),
                        rows,
                        List.of(String.format(
                                Locale.ROOT,
                                "%,d monitors that ask every %d s take %.2f %% of a core of the registry (goal: under 5 %%)",
                                MONITORS,
                                POLL_SECONDS,
                                100 * each304 * MONITORS / POLL_SECONDS)))));
    }

    private void compare(
            String what,
            URI registry,
            Optional<Nginx> nginx,
            List<String> paths,
            boolean conditional,
            List<List<String>> rows,
            Progress progress)
            throws Exception {
        List<URI> servers = new ArrayList<>(List.of(registry));
        nginx.ifPresent(other -> servers.add(other.address()));
        double[][][] figures = new double[servers.size()][3][rounds];
        for (int round = -WARM_UP; round < rounds; round++) {
            progress.begins(what + (round < 0 ? ", warming up" : ", round " + (round + 1) + " of " + rounds));
            for (int k = 0; k < servers.size(); k++) {
                int s = (k + Math.abs(round)) % servers.size();
                Load.Result result = Load.run(
                        servers.get(s),
                        requests(servers.get(s), paths, conditional),
                        CONNECTIONS,
                        each,
                        conditional ? 304 : 200);
                if (round >= 0) {
                    figures[s][0][round] = result.requestsPerSecond();
                    figures[s][1][round] = result.megabytesPerSecond();
                    figures[s][2][round] = result.p99();
                }
            }
        }
        double[] share = new double[rounds];
        for (int round = 0; round < rounds && nginx.isPresent(); round++) {
            share[round] = figures[0][0][round] / figures[1][0][round];
        }
        for (int s = 0; s < servers.size(); s++) {
            rows.add(List.of(
                    what,
                    s == 0 ? "registry" : "nginx",
                    new Sample(figures[s][0]).text("%.0f"),
                    new Sample(figures[s][1]).text("%.1f"),
                    new Sample(figures[s][2]).text("%.2f"),
                    s == 0 && nginx.isPresent() ? new Sample(share).text("%.2f") : ""));
        }
        if (nginx.isEmpty()) {
            rows.add(List.of(what, "nginx", "not run: nginx is not installed", "", "", ""));
        }
    }

    private static List<byte[]> requests(URI server, List<String> paths, boolean conditional) throws IOException {
        List<byte[]> requests = new ArrayList<>();
        try (Getter getter = new Getter(server)) {
            for (String path : paths) {
                String etag =
                        conditional ? getter.get(Getter.request(path, null)).etag() : null;
                requests.add(Getter.request(path, etag));
            }
        }
        return requests;
    }

    /** Paths of the files of the release that the channel is at. */
    private static List<String> bundle(URI registry) throws IOException {
        JsonNode envelope;
        try (InputStream in = registry.resolve(CHANNEL).toURL().openStream()) {
            envelope = Json.read(in.readAllBytes(), JsonNode.class);
        }
        byte[] payload = Base64.getDecoder().decode(envelope.path("payload").asText());
        String folder = "/"
                + ReleaseBundle.path(
                        Json.read(payload, JsonNode.class).path("digest").asText());
        return List.of(folder + ReleaseBundle.MANIFEST, folder + ReleaseBundle.TENSORS);
    }

    private static long copy(URI registry, String path, Path root) throws IOException {
        Path file = root.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        try (InputStream in = registry.resolve(path).toURL().openStream()) {
            return Files.copy(in, file);
        }
    }

    private static double cpu(long pid) {
        return ProcessHandle.of(pid)
                        .flatMap(process -> process.info().totalCpuDuration())
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1e3;
    }
}
