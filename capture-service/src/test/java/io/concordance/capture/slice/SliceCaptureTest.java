package io.concordance.capture.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.capture.model.ModelFixture;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.tensor.DType;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcript;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SliceCaptureTest {
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

        assertThat(SliceCapture.sameRows(shard, shard)).isTrue();
    }

    @Test
    void tellsRowsOfTheSameTokensFromOthers() {
        byte[] one = shard(List.of(document("a", "t1 t2 t3"), document("b", "t4")), 100);
        byte[] unbatched = shard(List.of(document("a", "t1 t2 t3"), document("b", "t4")), 1);

        assertThat(SliceCapture.sameRows(one, unbatched)).isTrue();
        assertThat(SliceCapture.sameRows(one, shard(List.of(document("a", "t1 t2 t9"), document("b", "t4")), 100)))
                .isFalse();
        assertThat(SliceCapture.sameRows(one, new byte[one.length])).isFalse();
    }

    private static byte[] shard(List<Transcript> documents, int batchTokens) {
        return ModelFixture.tiny(
                DType.F16,
                model -> SliceCapture.run(model, DType.F16, documents, batchTokens)
                        .shard(0, 8, DType.F16, HEADER));
    }

    private static Transcript document(String id, String text) {
        return new Transcript(id, List.of(new Span(Span.Kind.RAW, "user", text)), Outcome.OK, Map.of());
    }
}
