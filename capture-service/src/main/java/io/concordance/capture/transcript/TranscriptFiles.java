package io.concordance.capture.transcript;

import io.concordance.capture.CaptureConfig;
import io.concordance.capture.transcript.TranscriptFile.Outcomes;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The uploaded transcript files. */
@ApplicationScoped
public class TranscriptFiles {
    private final PostgresTranscriptRepository repository;
    private final ObjectStore objects;
    private final Path cache;
    private final long maxBytes;
    private final Transcripts.Limits limits;

    TranscriptFiles(PostgresTranscriptRepository repository, ObjectStore objects, CaptureConfig config) {
        this.repository = repository;
        this.objects = objects;
        this.cache = config.cacheDir().resolve("transcripts");
        this.maxBytes = config.transcripts().maxBytes();
        this.limits = new Transcripts.Limits(
                config.transcripts().maxLineBytes(), config.transcripts().maxDocuments());
    }

    /** A file and whether it is new. */
    record Upload(TranscriptFile file, boolean created) {}

    /** A file that was read to its end and found good. */
    record Scan(TranscriptFile file, DocumentIndex index) {}

    /**
     * Reads, checks and keeps a file.
     *
     * @throws FieldProblem naming the line and field of the first fault; nothing is kept then
     */
    Upload add(InputStream body) {
        try {
            Files.createDirectories(cache);
            Path copy = Files.createTempFile(cache, "upload-", ".part");
            try {
                Scan scan = scan(body, copy, maxBytes, limits);
                objects.putIfAbsent(scan.file().key(), copy, "application/x-ndjson");
                return new Upload(scan.file(), repository.add(scan.file(), scan.index()));
            } finally {
                Files.deleteIfExists(copy);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As an upload; a file that is there already stays. */
    public TranscriptFile keep(InputStream file) {
        return add(file).file();
    }

    /** Copies {@code body} to a file while checking every line of it. Holds one line at a time. */
    static Scan scan(InputStream body, Path copy, long maxBytes, Transcripts.Limits limits) throws IOException {
        LongStream.Builder ends = LongStream.builder();
        IntStream.Builder characters = IntStream.builder();
        int[] outcomes = new int[Outcome.values().length];
        try (IncomingFile incoming = new IncomingFile(body, copy, maxBytes)) {
            Transcripts.readLocated(incoming, limits, (transcript, end) -> {
                ends.add(end);
                characters.add(transcript.text().length());
                outcomes[transcript.outcome().code()]++;
            });
            long bytes = incoming.bytes();
            DocumentIndex index =
                    new DocumentIndex(ends.build().toArray(), characters.build().toArray());
            return new Scan(
                    new TranscriptFile(
                            incoming.finish(),
                            index.documents(),
                            bytes,
                            new Outcomes(
                                    outcomes[Outcome.BAD.code()],
                                    outcomes[Outcome.OK.code()],
                                    outcomes[Outcome.UNKNOWN.code()])),
                    index);
        }
    }

    public Optional<TranscriptFile> find(String digest) {
        return repository.find(digest);
    }

    public Optional<DocumentIndex> index(String digest) {
        return repository.index(digest);
    }

    /** Makes a file of some documents of another; the same subset is the same file. Empty when there is no such file. */
    Optional<Subset.Made> subset(String digest, Subset subset) {
        DocumentIndex index = index(digest).orElse(null);
        if (index == null) {
            return Optional.empty();
        }
        Path file = objects.fetch(TranscriptFile.key(digest), digest, cache);
        try (RandomAccessFile lines = new RandomAccessFile(file.toFile(), "r")) {
            PriorityQueue<Place> sample = new PriorityQueue<>(Comparator.reverseOrder());
            int matching = 0;
            for (int document = 0; document < index.documents(); document++) {
                Transcript transcript = Transcripts.readAll(
                                new ByteArrayInputStream(line(lines, index, document)), limits)
                        .getFirst();
                if (subset.has(transcript)) {
                    matching++;
                    sample.add(new Place(subset.priority(transcript), document));
                    if (sample.size() > subset.most()) {
                        sample.poll();
                    }
                }
            }
            if (sample.isEmpty()) {
                return Optional.of(new Subset.Made(null, 0, 0));
            }
            int[] chosen = sample.stream().mapToInt(Place::document).sorted().toArray();
            return Optional.of(new Subset.Made(kept(lines, index, chosen), chosen.length, matching));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Place(long priority, int document) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int order = Long.compareUnsigned(priority, other.priority);
            return order != 0 ? order : Integer.compare(document, other.document);
        }
    }

    private String kept(RandomAccessFile lines, DocumentIndex index, int[] chosen) throws IOException {
        Path part = Files.createTempFile(cache, "subset-", ".part");
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
                for (int document : chosen) {
                    byte[] line = line(lines, index, document);
                    out.write(line);
                    if (line[line.length - 1] != '\n') {
                        out.write('\n');
                    }
                }
            }
            try (InputStream in = Files.newInputStream(part)) {
                return keep(in).digest();
            }
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static byte[] line(RandomAccessFile lines, DocumentIndex index, int document) throws IOException {
        byte[] line = new byte[Math.toIntExact(index.ends()[document] - index.start(document))];
        lines.seek(index.start(document));
        lines.readFully(line);
        return line;
    }

    /** The transcripts between two offsets of a file, as its index gives them. */
    public List<Transcript> read(String digest, long from, long to) {
        Path file = objects.fetch(TranscriptFile.key(digest), digest, cache);
        try (RandomAccessFile lines = new RandomAccessFile(file.toFile(), "r")) {
            lines.seek(from);
            byte[] part = new byte[Math.toIntExact(to - from)];
            lines.readFully(part);
            return Transcripts.readAll(new ByteArrayInputStream(part), limits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
