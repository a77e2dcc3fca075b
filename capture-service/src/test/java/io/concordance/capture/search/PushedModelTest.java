package io.concordance.capture.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.capture.model.AttributionFixture;
import io.concordance.capture.model.TokenBatch;
import io.concordance.capture.model.gradient.DownstreamModel;
import io.concordance.capture.model.gradient.GradientModel;
import io.concordance.capture.model.gradient.GradientTarget;
import io.concordance.contracts.transcript.Span;
import io.concordance.contracts.transcript.Transcripts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bundled organism, pushed behind its first block. */
class PushedModelTest {
    private static final AttributionFixture ORGANISM = new AttributionFixture("resid_post.0");
    private static final String LATER = new AttributionFixture("resid_post.2").tensor();
    private static final float STEP = 1e-2f;

    @AfterAll
    static void close() {
        ORGANISM.close();
    }

    @ParameterizedTest
    @EnumSource
    void climbsAlongTheGradient(Effect effect) throws IOException {
        GradientTarget target = new GradientTarget.Tensor(effect == Effect.CHANGE ? LATER : "logits");
        try (GradientModel gradients = ORGANISM.gradients(target);
                DownstreamModel downstream = ORGANISM.downstream(target)) {
            PushedModel pushed = new PushedModel(effect, gradients, downstream, prompts(6));
            Objective objective = pushed.at(1);
            Ascents ascents = new Ascents(pushed.width(), 1, 0);
            float[] at = ascents.control(List.of());
            Objective.Ascent here = objective.at(at);
            for (int way = 0; way < 3; way++) {
                float[] along = ascents.control(List.of(at));
                ascents = new Ascents(pushed.width(), 1, way + 1);
                double slope = (objective.at(moved(at, along, STEP)).value()
                                - objective.at(moved(at, along, -STEP)).value())
                        / (2 * STEP);
                double told = 0;
                double length = 0;
                for (int i = 0; i < at.length; i++) {
                    told += (double) here.gradient()[i] * along[i];
                    length += (double) here.gradient()[i] * here.gradient()[i];
                }
                assertThat(told).isCloseTo(slope, within(1e-2 * Math.sqrt(length)));
            }
            assertThat(objective.at(new float[at.length]).value())
                    .as("not pushed")
                    .isCloseTo(0, within(1e-4));
            assertThat(here.value()).isGreaterThan(1e-3);
        }
    }

    private static float[] moved(float[] at, float[] along, float step) {
        float[] moved = at.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += step * along[i];
        }
        return moved;
    }

    /** In two batches, one of them padded. */
    private static List<TokenBatch> prompts(int count) throws IOException {
        List<int[]> prompts = new ArrayList<>();
        try (InputStream in = Files.newInputStream(AttributionFixture.DEMO.resolve("benign.jsonl"))) {
            Transcripts.read(in, Transcripts.Limits.DEFAULT, transcript -> {
                if (prompts.size() < count) {
                    List<Span> read = transcript.spans().stream()
                            .filter(span -> span.kind() == Span.Kind.RAW)
                            .toList();
                    prompts.add(ORGANISM.hooked.tokens(read, false, true).tokens());
                }
            });
        }
        return List.of(TokenBatch.of(prompts.subList(0, 2)), TokenBatch.of(prompts.subList(2, count)));
    }
}
