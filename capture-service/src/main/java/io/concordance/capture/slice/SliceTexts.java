package io.concordance.capture.slice;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.chat.ChatTemplate;
import io.concordance.capture.generation.ArmText;
import io.concordance.capture.generation.Continuations;
import io.concordance.capture.generation.Generation;
import io.concordance.capture.generation.WrittenDocument;
import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.job.CaptureJob;
import io.concordance.capture.job.ContextPolicy;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.Models;
import io.concordance.capture.model.RegisteredModel;
import io.concordance.capture.model.TokenizedDocument;
import io.concordance.capture.transcript.TranscriptFiles;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The texts that a slice's model runs read: its transcripts as the arm has them, or what the model writes after their
 * prompts. What a slice wrote is stored once before it is read, so a slice that is repeated reads the same.
 */
@ApplicationScoped
class SliceTexts {
    private static final long MOST_BYTES = 1L << 30;

    private final Models models;
    private final TranscriptFiles transcripts;
    private final ObjectStore objects;
    private final Path scratch;
    private final int batchTokens;

    SliceTexts(Models models, TranscriptFiles transcripts, ObjectStore objects, CaptureConfig config) {
        this.models = models;
        this.transcripts = transcripts;
        this.objects = objects;
        this.scratch = config.cacheDir().resolve("written");
        this.batchTokens = config.slice().batchTokens();
    }

    private static ArmText text(SliceWork work, RegisteredModel model, @Nullable String systemPrompt) {
        return work.arm().rendering() == CaptureJob.Rendering.VERBATIM
                ? ArmText.of((ChatTemplate) null, systemPrompt)
                : ArmText.of(model, systemPrompt);
    }

    /** Documents of a slice, to be read by any model of the job. */
    interface Texts {
        List<ReadDocument> read(HookedModel model);

        /** Spans that are summaries: shown, never run. */
        int summaries();
    }

    /** The transcripts of the arm as they were given. */
    Texts given(SliceWork work, RegisteredModel model) {
        ArmText text = text(work, model, work.arm().systemPrompt());
        List<Transcript> given = transcripts(work, text);
        return new Texts() {
            @Override
            public List<ReadDocument> read(HookedModel loaded) {
                return given.stream()
                        .map(transcript -> ReadDocument.of(
                                transcript,
                                loaded.tokens(
                                        text.read(transcript),
                                        work.contextPolicy() == ContextPolicy.TRUNCATE,
                                        !text.hasTemplate()),
                                loaded.context(),
                                work.contextPolicy()))
                        .toList();
            }

            @Override
            public int summaries() {
                return SliceTexts.summaries(given);
            }
        };
    }

    /**
     * What the model reads before it would write.
     *
     * @param spans before the first output span, as the arm has them
     */
    record Prompt(Transcript transcript, List<Span> spans, boolean special) {}

    /** The prompts of the arm's transcripts; those of a template have their special tokens already. */
    List<Prompt> prompts(SliceWork work, RegisteredModel model) {
        ArmText text = text(work, model, work.arm().systemPrompt());
        return transcripts(work, text).stream()
                .map(transcript -> new Prompt(transcript, text.prompt(transcript), !text.hasTemplate()))
                .toList();
    }

    /** What is captured: the transcripts as they were given or, where the arm has the model write, as it wrote them. */
    Texts captured(SliceWork work, RegisteredModel model, ArmEdits edits) {
        Generation settings = work.arm().generate();
        if (settings == null) {
            return given(work, model);
        }
        ArmText instructed = text(work, model, work.arm().systemPrompt());
        Continuations continuations = new Continuations(
                text(work, model, null), settings, model.eosToken(), provenance(work, settings), batchTokens);
        List<WrittenDocument> written = written(work, model, continuations, transcripts(work, instructed), edits);
        return new Texts() {
            @Override
            public List<ReadDocument> read(HookedModel loaded) {
                return written.stream()
                        .map(document -> ReadDocument.of(
                                document.transcript(),
                                replayed(continuations, document, loaded),
                                loaded.context(),
                                work.contextPolicy()))
                        .toList();
            }

            @Override
            public int summaries() {
                return SliceTexts.summaries(
                        written.stream().map(WrittenDocument::transcript).toList());
            }
        };
    }

    private static TokenizedDocument replayed(
            Continuations continuations, WrittenDocument document, HookedModel loaded) {
        return continuations.replayed(
                document, (spans, special) -> loaded.tokens(spans, false, special), loaded.context());
    }

    private List<Transcript> transcripts(SliceWork work, ArmText text) {
        return transcripts.read(work.arm().transcripts(), work.fromByte(), work.toByte()).stream()
                .map(text::instructed)
                .toList();
    }

    private static int summaries(List<Transcript> given) {
        return Math.toIntExact(given.stream()
                .flatMap(transcript -> transcript.spans().stream())
                .filter(span -> span.kind() == Span.Kind.SUMMARY)
                .count());
    }

    private static Map<String, String> provenance(SliceWork work, Generation settings) {
        Map<String, String> provenance = new TreeMap<>(Map.of(
                "generatedBy", work.model(),
                "arm", work.arm().name(),
                "temperature", Double.toString(settings.temperature()),
                "topP", Double.toString(settings.topP()),
                "seed", Long.toString(settings.seed())));
        if (work.arm().interventions() != null) {
            provenance.put("interventions", String.join(",", work.arm().interventions()));
        }
        return provenance;
    }

    /** Written now, or by an earlier try: on another processor rounding might have led it elsewhere. */
    private List<WrittenDocument> written(
            SliceWork work,
            RegisteredModel model,
            Continuations continuations,
            List<Transcript> given,
            ArmEdits edits) {
        if (objects.exists(work.writtenKey())) {
            return stored(work.writtenKey());
        }
        List<WrittenDocument> written =
                models.write(model, edits.sites(), writer -> continuations.write(writer, given, edits));
        try {
            objects.putIfAbsent(work.writtenKey(), WrittenDocument.lines(written), "application/x-ndjson");
            return written;
        } catch (ObjectStoreException.Conflict earlier) {
            return stored(work.writtenKey());
        }
    }

    private List<WrittenDocument> stored(String key) {
        return WrittenDocument.of(objects.get(key, MOST_BYTES));
    }

    /**
     * Everything an arm wrote as one file of transcripts, in slice order; its digest.
     *
     * @param slices numbers of the arm's slices, all of which have written
     */
    String file(SliceWork work, List<Integer> slices) {
        try {
            Files.createDirectories(scratch);
            Path all = Files.createTempFile(scratch, "arm-", ".jsonl");
            try {
                try (OutputStream out = Files.newOutputStream(all)) {
                    for (int slice : slices) {
                        for (WrittenDocument document : stored(work.writtenKey(slice))) {
                            out.write(Json.bytes(document.transcript()));
                            out.write('\n');
                        }
                    }
                }
                try (InputStream in = Files.newInputStream(all)) {
                    return transcripts.keep(in).digest();
                }
            } finally {
                Files.deleteIfExists(all);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
