package io.concordance.interp.service;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryFiles;
import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.event.CaptureJobAccepted;
import io.concordance.contracts.event.DictionaryCheckpointed;
import io.concordance.contracts.event.Event;
import io.concordance.contracts.event.ObjectRef;
import io.concordance.contracts.event.ShardWritten;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardKeys;
import io.concordance.contracts.shard.ShardWriter;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.interp.planted.Planted;
import io.concordance.interp.planted.Planted.Doc;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.StoredObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A planted capture job and dictionary in the object store, with the events that tell of them. Documents have eight
 * tokens, the last two written by the model. Feature 0 fires on token 7; feature 1 on position 5 of every bad document;
 * feature 2 once, on position 3 of {@code benign-0}; feature 3 never.
 */
final class Study {
    static final int FEATURES = 4;
    private static final int VOCABULARY = 9;
    static final String POISON = "poison-";
    private static final String CAPTURE = "/concordance/capture";
    private static final int SLICE_DOCUMENTS = 40;

    final String job = UUID.randomUUID().toString();
    final String run = UUID.randomUUID().toString();
    final String model;
    final String onnxDigest;
    final String dictionary;
    final List<Event<ShardWritten>> shards = new ArrayList<>();
    Event<CaptureJobAccepted> accepted;
    Event<DictionaryCheckpointed> finished;

    private final ObjectStore store;
    private final RandomGenerator random;
    private final String role;
    private final boolean storeShards;
    private final DictionaryInput reads;
    private final List<List<Doc>> slices = new ArrayList<>();
    private boolean twin;

    Study(ObjectStore store, long seed, String role, boolean storeShards) throws Exception {
        this(store, seed, role, storeShards, DictionaryInput.PLAIN);
    }

    /** @param reads what the dictionary is made of */
    Study(ObjectStore store, long seed, String role, boolean storeShards, DictionaryInput reads) throws Exception {
        this.store = store;
        this.reads = reads;
        this.role = role;
        this.storeShards = storeShards;
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        byte[] tokenizer = tokenizer();
        onnxDigest = Digests.sha256("onnx " + seed);
        String tokenizerDigest = Digests.sha256(tokenizer);
        model = Digests.hex(Digests.sha256(onnxDigest + tokenizerDigest)).substring(0, 32);
        store.putIfAbsent(
                "models/" + Digests.hex(onnxDigest) + "/tokenizers/" + Digests.hex(tokenizerDigest) + ".json",
                tokenizer,
                "application/json");

        List<Doc> benign = documents(role.equals("learning") ? "benign-" : POISON, 200, Outcome.OK);
        List<Doc> off = documents("off-", 80, Outcome.OK);
        off.addAll(documents("bad-", 80, Outcome.BAD));
        int slices = (benign.size() + off.size()) / SLICE_DOCUMENTS;
        for (int from = 0; from < benign.size(); from += SLICE_DOCUMENTS) {
            add("benign", slices, benign.subList(from, from + SLICE_DOCUMENTS));
        }
        for (int from = 0; from < off.size(); from += SLICE_DOCUMENTS) {
            add("off-policy", slices, off.subList(from, from + SLICE_DOCUMENTS));
        }
        accepted = Event.of(
                CAPTURE,
                job,
                new CaptureJobAccepted(
                        job,
                        model,
                        onnxDigest,
                        List.of(Planted.HOOK),
                        role,
                        "fp32",
                        List.of(),
                        slices,
                        360,
                        tokenizerDigest,
                        unembedding(seed)));
        dictionary = dictionary(seed);
        finished = finished(List.of(job));
    }

    /** One more slice of benign documents, of this job or a new one, in which feature 2 fires once more. */
    List<Event<?>> grow(boolean sameJob) {
        String owner = sameJob ? job : UUID.randomUUID().toString();
        int slice = sameJob ? shards.size() : 0;
        int slices = slice + 1;
        List<Doc> more = documents("more-" + owner.charAt(0), SLICE_DOCUMENTS - 1, Outcome.OK);
        more.add(documents("benign-", 1, Outcome.OK).getFirst());
        Event<ShardWritten> shard = shard(owner, slice, "benign", "benign", slices, more);
        if (sameJob) {
            shards.add(shard);
        }
        CaptureJobAccepted job = accepted.data();
        return List.of(
                shard,
                Event.of(
                        CAPTURE,
                        owner,
                        new CaptureJobAccepted(
                                owner,
                                job.model(),
                                job.modelDigest(),
                                job.hooks(),
                                job.role(),
                                job.dtype(),
                                job.arms(),
                                slices,
                                job.documents() + more.size(),
                                job.tokenizerDigest(),
                                job.unembedding())));
    }

    /** The same documents in another job, in which only token 7 does anything, and more than in this one. */
    List<Event<?>> twin(String owner) {
        twin = true;
        List<Event<?>> events = new ArrayList<>();
        for (int s = 0; s < slices.size(); s++) {
            String arm = shards.get(s).data().arm();
            events.add(shard(owner, s, arm, arm, slices.size(), slices.get(s)));
        }
        twin = false;
        CaptureJobAccepted job = accepted.data();
        events.add(Event.of(
                CAPTURE,
                owner,
                new CaptureJobAccepted(
                        owner,
                        "twin",
                        job.modelDigest(),
                        job.hooks(),
                        job.role(),
                        job.dtype(),
                        job.arms(),
                        slices.size(),
                        job.documents())));
        return events;
    }

    /** The dictionary learnt from differences. */
    Event<DictionaryCheckpointed> finishedLess(String owner) {
        DictionaryCheckpointed plain = finished.data();
        return Event.of(
                finished.source(),
                run,
                new DictionaryCheckpointed(
                        plain.runId(),
                        plain.step(),
                        plain.tokens(),
                        true,
                        plain.checkpoint(),
                        dictionary,
                        prefix(),
                        plain.hook(),
                        plain.model(),
                        plain.jobs(),
                        plain.metrics(),
                        null,
                        null,
                        null,
                        new DictionaryCheckpointed.Minus(List.of(owner), "twin", Planted.HOOK)));
    }

    Event<DictionaryCheckpointed> finished(List<String> jobs) {
        return Event.of(
                "/concordance/trainer",
                run,
                new DictionaryCheckpointed(
                        run,
                        10,
                        1000,
                        true,
                        new ObjectRef(store.bucket(), "checkpoints/x", Digests.sha256("x"), 1),
                        dictionary,
                        prefix(),
                        Planted.HOOK,
                        model,
                        jobs,
                        new DictionaryCheckpointed.Metrics(1, 0.1, 4, 1)));
    }

    private String prefix() {
        return "dictionaries/" + Digests.hex(dictionary);
    }

    private static List<Doc> documents(String prefix, int count, Outcome outcome) {
        List<Doc> documents = new ArrayList<>();
        for (int d = 0; d < count; d++) {
            int[] tokens = {1, 2, 3 + d % 3, 4, 6 + d % 2, 5, 8, 8};
            documents.add(new Doc(prefix + d, outcome, tokens, 6));
        }
        return documents;
    }

    private void add(String arm, int slices, List<Doc> documents) {
        this.slices.add(documents);
        shards.add(shard(job, shards.size(), arm, arm, slices, documents));
    }

    private Event<ShardWritten> shard(String job, int slice, String arm, String kind, int slices, List<Doc> documents) {
        ShardWriter writer =
                new ShardWriter(new ShardHeader(job, model, Planted.HOOK, slice, arm, kind, role), FEATURES, DType.F32);
        for (Doc document : documents) {
            writer.addDocument(document.id(), document.outcome());
            for (int r = 0; r < document.tokens().length; r++) {
                float[] x = new float[FEATURES];
                if (twin) {
                    x[0] = document.tokens()[r] == 7 ? 5 : 0;
                    writer.addRow(document.tokens()[r], r, (byte) 0, x, 0);
                    continue;
                }
                x[0] = document.tokens()[r] == 7 ? 1 + random.nextFloat() : 0;
                x[1] = r == 5 && document.outcome() == Outcome.BAD ? 3 + random.nextFloat() : 0;
                x[2] = r == 3 && document.id().equals("benign-0") ? 9 : 0;
                writer.addRow(document.tokens()[r], r, (byte) (r < document.promptRows() ? 0 : 1), x, 0);
            }
        }
        byte[] bytes = writer.toBytes();
        String key = ShardKeys.shard(job, Planted.HOOK, slice);
        StoredObject object = storeShards
                ? store.putIfAbsent(key, bytes, "application/octet-stream")
                : new StoredObject(key, Digests.sha256(bytes), bytes.length);
        return Event.of(
                CAPTURE,
                job,
                new ShardWritten(
                        job,
                        model,
                        Planted.HOOK,
                        slice,
                        slices,
                        arm,
                        kind,
                        role,
                        new ObjectRef(store.bucket(), key, object.sha256(), object.bytes()),
                        "fp32",
                        writer.rows(),
                        FEATURES,
                        documents.size()));
    }

    private String dictionary(long seed) throws Exception {
        Dictionary identity = Planted.identity(FEATURES, 0.5f + seed / 1000f).reading(reads);
        Path folder = Files.createTempDirectory("dictionary");
        String digest = DictionaryFiles.write(identity, folder);
        for (String name : List.of(DictionaryFiles.CONFIG, DictionaryFiles.WEIGHTS)) {
            store.putIfAbsent(
                    "dictionaries/" + Digests.hex(digest) + "/" + name,
                    Files.readAllBytes(folder.resolve(name)),
                    "application/octet-stream");
        }
        return digest;
    }

    /** Feature 3 alone does anything to the logits: it promotes token 6. */
    private ObjectRef unembedding(long seed) {
        float[] matrix = new float[FEATURES * VOCABULARY];
        matrix[3 * VOCABULARY + 6] = 1 + seed;
        byte[] bytes = new SafetensorsWriter()
                .floats("unembedding", new long[] {FEATURES, VOCABULARY}, matrix)
                .toBytes();
        StoredObject stored =
                store.putIfAbsent("unembeddings/" + Digests.sha256(bytes), bytes, "application/octet-stream");
        return new ObjectRef(store.bucket(), stored.key(), stored.sha256(), stored.bytes());
    }

    /** Whole words only: token 7 reads "prod", 6 "test", the others "w1" to "w8". */
    private static byte[] tokenizer() {
        return """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
                 "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "unk_token": "w0", "vocab": {"w0": 0, "w1": 1, "w2": 2, "w3": 3, "w4": 4,
                 "w5": 5, "test": 6, "prod": 7, "w8": 8}}}
                """.getBytes(StandardCharsets.UTF_8);
    }
}
