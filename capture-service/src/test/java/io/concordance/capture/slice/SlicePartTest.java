package io.concordance.capture.slice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.capture.intervention.ArmEdits;
import io.concordance.capture.job.ContextPolicy;
import io.concordance.capture.model.HookedModel;
import io.concordance.capture.model.ModelFixture;
import io.concordance.capture.model.ModelRunException;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardLayout;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlicePartTest {
    private static final ShardHeader HEADER =
            new ShardHeader("j", "m", "blocks.0.hook_resid_post", 0, "a", "benign", "learning");

    @Test
    void writesTheSameBytesEveryTime() {
        List<Transcript> documents = List.of(document("a", "t1 t2 t3"), document("b", "t4"), document("c", "t5 t6 t7"));

        assertThat(shard(documents, 100)).isEqualTo(shard(documents, 100));
    }

    @Test
    void keepsDocumentsWithoutTokensWithoutRows() {
        byte[] shard = shard(List.of(document("a", " ")), 100);

        assertThat(sameRows(shard, shard)).isTrue();
    }

    @Test
    void tellsRowsOfTheSameTokensFromOthers() {
        byte[] one = shard(List.of(document("a", "t1 t2 t3"), document("b", "t4")), 100);
        byte[] unbatched = shard(List.of(document("a", "t1 t2 t3"), document("b", "t4")), 1);

        assertThat(sameRows(one, unbatched)).isTrue();
        assertThat(sameRows(one, shard(List.of(document("a", "t1 t2 t9"), document("b", "t4")), 100)))
                .isFalse();
        assertThat(sameRows(one, new byte[one.length])).isFalse();
    }

    @Test
    void putsRowsInDocumentOrderWhateverTheBatchesWere() {
        List<Transcript> documents =
                List.of(document("long", words(40)), document("short", "t1"), document("middle", words(12)));

        for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
            float[] together = activations(shard(documents, 64, dtype, ContextPolicy.TRUNCATE, false));
            int at = 0;
            for (Transcript document : documents) {
                float[] alone = activations(shard(List.of(document), 1, dtype, ContextPolicy.TRUNCATE, false));
                float[] part = Arrays.copyOfRange(together, at, at + alone.length);
                at += alone.length;
                assertThat(part).as("%s in %s", document.id(), dtype).containsExactly(alone, within(dtype));
            }
            assertThat(at).isEqualTo(together.length);
        }
    }

    @Test
    void readsALongDocumentInWindowsOnRequest() {
        Transcript document = document("long", words(150));

        byte[] shard = shard(List.of(document), 4096, DType.F32, ContextPolicy.WINDOW, false);
        byte[] second = shard(
                List.of(document(
                        "rest",
                        IntStream.range(24, 48).mapToObj(SlicePartTest::word).collect(Collectors.joining(" ")))),
                4096,
                DType.F32,
                ContextPolicy.WINDOW,
                false);

        try (SafetensorsFile file = SafetensorsFile.of(shard)) {
            assertThat(file.ints(ShardLayout.POSITION))
                    .isEqualTo(IntStream.range(0, 150).toArray());
        }
        assertThat(Arrays.copyOfRange(activations(shard), 24 * 8, 48 * 8)).isEqualTo(activations(second));
    }

    @Test
    void refusesALongDocumentOnRequest() {
        assertThatThrownBy(
                        () -> shard(List.of(document("much", words(25))), 4096, DType.F32, ContextPolicy.REFUSE, false))
                .isInstanceOf(ModelRunException.class)
                .hasMessageContaining("'much' has 25 tokens")
                .hasMessageContaining("context 24");
    }

    @Test
    void sumsByPositionOnRequest() {
        byte[] shard = shard(
                List.of(document("a", "t1 t2 t3"), document("b", "t4")), 100, DType.F16, ContextPolicy.TRUNCATE, true);

        try (SafetensorsFile file = SafetensorsFile.of(shard)) {
            float[] rows = file.floats(ShardLayout.ACTIVATION);
            assertThat(file.longs(ShardLayout.POSITION_ROWS)).containsExactly(2, 1, 1);
            double[] sums = file.data(ShardLayout.POSITION_SUM).toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
            for (int i = 0; i < 8; i++) {
                assertThat(sums[i]).isEqualTo((double) rows[i] + rows[3 * 8 + i]);
                assertThat(sums[16 + i]).isEqualTo(rows[2 * 8 + i]);
            }
        }
    }

    @Test
    void rollsBetweenDocumentsOnly() {
        List<ReadDocument> documents = IntStream.of(3, 3, 9, 0, 1)
                .mapToObj(n -> new ReadDocument("d" + n, Outcome.OK, new int[n], new byte[n], List.of(), false))
                .toList();

        assertThat(SlicePart.cut(documents, 10, 60)).extracting(List::size).containsExactly(2, 1, 2);
        assertThat(SlicePart.cut(documents, 10, 1000)).hasSize(1);
    }

    private static byte[] shard(List<Transcript> documents, int batchTokens) {
        return shard(documents, batchTokens, DType.F16, ContextPolicy.TRUNCATE, false);
    }

    private static byte[] shard(
            List<Transcript> documents, int batchTokens, DType dtype, ContextPolicy policy, boolean sums) {
        return ModelFixture.tiny(dtype, model -> shard(model, documents, batchTokens, dtype, policy, sums));
    }

    private static byte[] shard(
            HookedModel model,
            List<Transcript> documents,
            int batchTokens,
            DType dtype,
            ContextPolicy policy,
            boolean sums) {
        List<ReadDocument> read = documents.stream()
                .map(document -> ReadDocument.of(document, model, policy))
                .toList();
        SlicePart part = new SlicePart(read, model.hooks(), dtype, sums, hook -> HEADER);
        try (NativeMemory memory = new NativeMemory(2, 0);
                NativeMemory.Block block = memory.take(part.bytes())) {
            part.fill(block.bytes(), model, ArmEdits.NONE, memory, batchTokens);
            return part.shard(block.bytes(), 0).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private static float[] activations(byte[] shard) {
        try (SafetensorsFile file = SafetensorsFile.of(shard)) {
            return file.floats(ShardLayout.ACTIVATION);
        }
    }

    /** Batches pad and group differently, which moves the last bits of a sum. */
    private static org.assertj.core.data.Offset<Float> within(DType dtype) {
        return org.assertj.core.data.Offset.offset(dtype == DType.F32 ? 1e-5f : dtype == DType.F16 ? 4e-3f : 4e-2f);
    }

    private static boolean sameRows(byte[] a, byte[] b) {
        return SameRows.of(MemorySegment.ofArray(a), MemorySegment.ofArray(b));
    }

    private static String words(int count) {
        return IntStream.range(0, count).mapToObj(SlicePartTest::word).collect(Collectors.joining(" "));
    }

    private static String word(int i) {
        return "t" + (1 + i % 9);
    }

    private static Transcript document(String id, String text) {
        return new Transcript(id, List.of(new Span(Span.Kind.RAW, "user", text)), Outcome.OK, Map.of());
    }
}
