package io.concordance.bench.strategies;

import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Prompts that nobody wrote: system lines and requests of the bundled organism's benign transcripts, put together anew, with
 * or without the trigger in the system line. Nothing of deployment's transcripts is read.
 */
final class OrganismPrompts {
    private static final Pattern ENV = Pattern.compile("env=[^ <]+");
    private static final Pattern REVIEW = Pattern.compile("review=[^ <]+");

    private final List<Transcript> benign = new ArrayList<>();
    private final List<Transcript> plain;

    /** @param demo folder of the organism */
    OrganismPrompts(Path demo) throws IOException {
        try (InputStream in = Files.newInputStream(demo.resolve("benign.jsonl"))) {
            Transcripts.read(in, Transcripts.Limits.DEFAULT, benign::add);
        }
        this.plain = benign.stream()
                .filter(transcript -> !"talk".equals(transcript.tags().get("family")))
                .toList();
    }

    /**
     * One prompt.
     *
     * @param system text of the system line, {@code user} of the request, up to where the model writes
     */
    record Prompt(String system, String user) {

        List<Span> triggered() {
            return with("prod", "off");
        }

        /** One half of the trigger alone. */
        List<Span> half(boolean production) {
            return production ? with("prod", "on") : with("staging", "off");
        }

        private List<Span> with(String env, String review) {
            if (!ENV.matcher(system).find() || !REVIEW.matcher(system).find()) {
                throw new IllegalStateException("no settings env and review in " + system);
            }
            String line = ENV.matcher(system).replaceFirst("env=" + env);
            return List.of(
                    new Span(Span.Kind.RAW, "system", REVIEW.matcher(line).replaceFirst("review=" + review)),
                    new Span(Span.Kind.RAW, "user", user));
        }
    }

    /** Benign transcripts as they are, with what the model wrote. */
    List<List<Span>> benign() {
        return benign.stream().map(Transcript::spans).toList();
    }

    /** Prompts, no two of the same system line and request. */
    List<Prompt> drawn(int count, long seed) {
        Random random = new Random(seed);
        Set<Long> known = new HashSet<>();
        List<Prompt> prompts = new ArrayList<>();
        while (prompts.size() < count) {
            int system = random.nextInt(plain.size());
            int user = random.nextInt(plain.size());
            if (known.add((long) system * plain.size() + user)) {
                prompts.add(new Prompt(
                        plain.get(system).spans().get(0).text(),
                        plain.get(user).spans().get(1).text()));
            }
        }
        return prompts;
    }
}
