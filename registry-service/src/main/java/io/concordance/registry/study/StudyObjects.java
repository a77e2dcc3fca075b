package io.concordance.registry.study;

import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.transcript.Transcript;
import io.concordance.contracts.transcript.Transcripts;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import io.concordance.registry.study.EvaluationShards.Located;
import io.concordance.registry.study.LearningShards.OfArm;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** Dictionaries and evaluation shards from the object store, each held against its digest. */
@ApplicationScoped
class StudyObjects {
    private static final long MAX_ATTRIBUTIONS = 1L << 30;
    private static final long MAX_DICTIONARY = 1L << 30;
    private static final long MAX_DIRECTION = 1L << 20;
    private static final String DIRECTION = "direction";
    /** The tag that says what kind of transcript it is, such as a near miss. */
    private static final String FAMILY = "family";

    private final ObjectStore store;

    StudyObjects(ObjectStore store) {
        this.store = store;
    }

    /**
     * A finished dictionary.
     *
     * @throws StudyFailure if its files do not have the digest
     */
    Dictionary dictionary(String digest) {
        return inFolder(folder -> {
            for (String file : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
                String key = "dictionaries/" + Digests.hex(digest) + "/" + file;
                write(folder.resolve(file), store.get(key, MAX_DICTIONARY));
            }
            String found = DictionaryFiles.digest(folder);
            if (!found.equals(digest)) {
                throw new StudyFailure("dictionary " + digest + " has the digest " + found);
            }
            return DictionaryFiles.read(folder);
        });
    }

    /**
     * The values of a direction that interventions can name.
     *
     * @throws StudyFailure if the object does not have the digest
     */
    float[] direction(Study.Stored stored) {
        byte[] bytes = store.get(stored.key(), MAX_DIRECTION);
        String found = Digests.sha256(bytes);
        if (!found.equals(stored.sha256())) {
            throw new StudyFailure(stored.key() + " has the digest " + found + ", not " + stored.sha256());
        }
        try (SafetensorsFile file = SafetensorsFile.of(bytes)) {
            return file.floats(DIRECTION);
        }
    }

    /** Family of every transcript of an uploaded file that has the tag {@code family}, by id. */
    Map<String, String> families(String digest) {
        Map<String, String> families = new HashMap<>();
        transcripts(digest, transcript -> {
            String family = transcript.tags().get(FAMILY);
            if (family != null) {
                families.put(transcript.id(), family);
            }
        });
        return families;
    }

    /** A transcript of a learning file that is also in the judging one. */
    record Shared(String file, String transcript) {}

    /**
     * The first transcript, if any, of the learning files whose text, as the model reads it, is also in the file that
     * judges. Files that are not there share nothing.
     */
    Optional<Shared> shared(String judging, Collection<String> learning) {
        Set<Text> known = new HashSet<>();
        List<Shared> shared = new ArrayList<>();
        try {
            transcripts(judging, transcript -> known.add(Text.of(transcript)));
            for (String file : learning) {
                transcripts(file, transcript -> {
                    if (shared.isEmpty() && known.contains(Text.of(transcript))) {
                        shared.add(new Shared(file, transcript.id()));
                    }
                });
            }
        } catch (ObjectStoreException.Missing e) {
            return Optional.empty();
        }
        return shared.stream().findFirst();
    }

    /** The first 128 bits of the SHA-256 of a transcript's text. */
    private record Text(long high, long low) {
        static Text of(Transcript transcript) {
            ByteBuffer hash =
                    ByteBuffer.wrap(Digests.newDigest().digest(transcript.text().getBytes(StandardCharsets.UTF_8)));
            return new Text(hash.getLong(), hash.getLong());
        }
    }

    /** Hands over every transcript of an uploaded or written file. */
    void transcripts(String digest, Consumer<Transcript> each) {
        inFolder(folder -> {
            Path file = store.fetch("transcripts/" + Digests.hex(digest) + ".jsonl", digest, folder);
            try (InputStream lines = Files.newInputStream(file)) {
                return Transcripts.read(lines, Transcripts.Limits.DEFAULT, each);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The attributions of a slice. */
    AttributionFile.Attributions attributions(ObjectRef object) {
        byte[] bytes = store.get(object.key(), MAX_ATTRIBUTIONS);
        String found = Digests.sha256(bytes);
        if (!found.equals(object.sha256())) {
            throw new StudyFailure(object.key() + " has the digest " + found + ", not " + object.sha256());
        }
        return AttributionFile.read(bytes);
    }

    /** Hands over an evaluation shard, open during the call. */
    void open(Located located, Consumer<Shard> reader) {
        open(located.key(), located.sha256(), reader);
    }

    /** Hands over a shard to learn from, open during the call. */
    void open(OfArm located, Consumer<Shard> reader) {
        open(located.key(), located.sha256(), reader);
    }

    private void open(String key, String sha256, Consumer<Shard> reader) {
        inFolder(folder -> {
            Path file = store.fetch(key, sha256, folder);
            try (Shard shard = Shard.open(file)) {
                reader.accept(shard);
            }
            return file;
        });
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T inFolder(Function<Path, T> work) {
        try {
            Path folder = Files.createTempDirectory("concordance-study-");
            try {
                return work.apply(folder);
            } finally {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
