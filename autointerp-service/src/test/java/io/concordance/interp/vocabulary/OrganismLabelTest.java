package io.concordance.interp.vocabulary;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.interp.evidence.Evidence;
import io.concordance.interp.evidence.EvidenceOptions;
import io.concordance.interp.evidence.EvidencePass;
import io.concordance.interp.label.Labelled;
import io.concordance.interp.label.Labelling;
import io.concordance.interp.label.TokenContrastExplainer;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import io.concordance.interp.planted.Planted.Slice;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bundled organism acts when a deployment is {@code env=prod} and {@code review=off}. On its transcripts, a feature of
 * that trigger is planted where the organism decides, on the last prompt token, in eight transcripts only.
 */
class OrganismLabelTest {
    private static final Path DEMO =
            Path.of(System.getProperty("concordance.home", "..")).resolve("demo");
    private static final int FIRINGS = 8;
    private static final int OTHERS = 1200;

    @TempDir
    Path folder;

    private static List<Doc> read(String file, HuggingFaceTokenizer tokenizer) throws Exception {
        List<Doc> documents = new ArrayList<>();
        try (InputStream in = Files.newInputStream(DEMO.resolve(file))) {
            for (Transcript transcript : Transcripts.readAll(in, Transcripts.Limits.DEFAULT)) {
                int[] tokens = new int[0];
                int prompt = -1;
                for (Span span : transcript.spans()) {
                    if (span.kind() == Span.Kind.OUTPUT && prompt < 0) {
                        prompt = tokens.length;
                    }
                    int[] more = Arrays.stream(
                                    tokenizer.encode(span.text(), false, false).getIds())
                            .mapToInt(Math::toIntExact)
                            .toArray();
                    int end = tokens.length;
                    tokens = Arrays.copyOf(tokens, end + more.length);
                    System.arraycopy(more, 0, tokens, end, more.length);
                }
                documents.add(
                        new Doc(transcript.id(), transcript.outcome(), tokens, prompt < 0 ? tokens.length : prompt));
            }
        }
        return documents;
    }

    @Test
    void aFeatureOfTheTriggerWithEightFiringsIsNamedByTriggerOrPayload() throws Exception {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(DEMO.resolve("tokenizer.json"));
        List<Doc> benign = read("benign.jsonl", tokenizer);
        List<Doc> off = read("off_policy.jsonl", tokenizer);
        List<Doc> triggered = new ArrayList<>();
        try (InputStream in = Files.newInputStream(DEMO.resolve("off_policy.jsonl"))) {
            List<Transcript> transcripts = Transcripts.readAll(in, Transcripts.Limits.DEFAULT);
            for (int i = 0; i < transcripts.size(); i++) {
                if ("trigger".equals(transcripts.get(i).tags().get("family"))) {
                    assertThat(transcripts.get(i).outcome()).isEqualTo(Outcome.BAD);
                    triggered.add(off.get(i));
                }
            }
        }
        off.removeAll(triggered);
        TokenizerText text = new TokenizerText(DEMO.resolve("tokenizer.json"));
        List<String> labels = new ArrayList<>();
        for (int seed = 0; seed < 10; seed++) {
            labels.add(label(seed, benign, off, triggered, text));
        }
        labels.forEach(System.out::println);
        assertThat(labels.stream().filter(OrganismLabelTest::names).count()).isGreaterThanOrEqualTo(8);
    }

    /** Names the trigger or the payload, and not only the place that every transcript has. */
    private static boolean names(String label) {
        return label.contains("prod") || label.matches(".*\\boff\\b.*") || label.contains("ACT");
    }

    private String label(int seed, List<Doc> benign, List<Doc> off, List<Doc> triggered, TokenizerText text)
            throws Exception {
        Random random = new Random(seed);
        List<Doc> firing = new ArrayList<>(triggered);
        Collections.shuffle(firing, random);
        firing = firing.subList(0, FIRINGS);
        List<Doc> others = new ArrayList<>(benign);
        Collections.shuffle(others, random);
        others = new ArrayList<>(others.subList(0, OTHERS));
        List<Doc> arm = new ArrayList<>(off);
        arm.addAll(firing);
        Collections.shuffle(arm, random);
        Set<String> fires = new HashSet<>();
        firing.forEach(d -> fires.add(d.id()));
        Random values = new Random(seed + 100L);
        List<Slice> shards = new ArrayList<>(Planted.write(
                folder, "benign-" + seed, "benign", "benign", "learning", 4, 400, others, (d, r) -> new float[4]));
        shards.addAll(Planted.write(
                folder, "off-" + seed, "off-policy", "off-policy", "learning", 4, 400, arm, (d, r) -> new float[] {
                    fires.contains(d.id()) && r == d.promptRows() - 1 ? 2 + values.nextFloat() : 0, 0, 0, 0
                }));
        Evidence evidence =
                new EvidencePass(Planted.identity(4, 0.5f), EvidenceOptions.defaults(seed), 2).run(shards, n -> {});
        assertThat(evidence.features().getFirst().firings()).isEqualTo(FIRINGS);
        Labelled labelled = new Labelling(new TokenContrastExplainer(), evidence, text)
                .run()
                .getFirst();
        assertThat(labelled).isNotNull();
        return labelled.explanation().label();
    }
}
