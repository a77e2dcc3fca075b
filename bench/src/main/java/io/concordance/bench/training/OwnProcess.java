package io.concordance.bench.training;

import io.concordance.bench.JvmPeer;
import io.concordance.contracts.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Our trainers in a process of their own, so that what stays resident is theirs; asked like a peer. */
final class OwnProcess {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";

    private final int threads;
    private @Nullable Order order;
    private @Nullable Trainer trainer;

    private OwnProcess(int threads) {
        this.threads = threads;
    }

    /** With the collector and the heap that the trainer service has on the local platform. */
    static JvmPeer start(int threads, Path log) throws IOException {
        return JvmPeer.start(
                OwnProcess.class,
                List.of(
                        "-XX:+UseSerialGC",
                        "-Xmx1500m",
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules=jdk.incubator.vector",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager"),
                List.of(Integer.toString(threads)),
                log);
    }

    /** {@code THREADS}; orders come line by line. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        OwnProcess process = new OwnProcess(Integer.parseInt(arguments[0]));
        say(answers, Map.of("java", Runtime.version().toString()));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            for (String line = orders.readLine(); line != null; line = orders.readLine()) {
                say(answers, process.steps(Json.mapper().readValue(line, Order.Steps.class)));
            }
            System.exit(0);
        } catch (RuntimeException | OutOfMemoryError e) {
            // The last line of the log is what the asking side tells.
            System.err.println(e.getMessage() == null ? e.toString() : e.getMessage());
            System.exit(1);
        }
    }

    private static void say(PrintStream answers, Object answer) throws IOException {
        answers.println(Json.mapper().writeValueAsString(answer));
        answers.flush();
    }

    private Order.Done steps(Order.Steps asked) throws IOException {
        if (asked.begin() != null) {
            if (trainer != null) {
                trainer.close();
                // There is room for one.
                trainer = null;
            }
            order = asked.begin();
            trainer = order.trainer().equals("service")
                    ? new ServiceTrainer(order, threads)
                    : new OwnTrainer(order, threads);
        }
        Trainer current = Objects.requireNonNull(trainer);
        double[] seconds = new double[asked.steps()];
        double[] selecting = new double[asked.steps()];
        for (int i = 0; i < asked.steps(); i++) {
            long begin = System.nanoTime();
            current.step();
            seconds[i] = (System.nanoTime() - begin) / 1e9;
            selecting[i] = current instanceof OwnTrainer own ? own.selectNanos() / 1e9 : 0;
        }
        Order of = Objects.requireNonNull(order);
        double fvu = asked.measure() && current instanceof OwnTrainer own
                ? own.fvu(Floats.read(Path.of(Objects.requireNonNull(of.held())), of.batch() * of.d())[0])
                : 0;
        if (asked.write() != null) {
            Floats.write(Path.of(asked.write()), current.decoder());
        }
        return new Order.Done(seconds, selecting, fvu, peak());
    }

    private static long peak() throws IOException {
        if (!Files.exists(STATUS)) {
            return 0;
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(PEAK))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElse(0);
    }
}
