package io.concordance.contracts.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.attribution.AttributionFile.Header;
import io.concordance.contracts.attribution.AttributionFile.Row;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.contracts.transcript.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttributionFileTest {
    private static final Header HEADER = new Header(
            "job", "m", "h", "sha256:d", 3, "bad", "off-policy", "{}", true, 8, List.of(List.of(4), List.of(1, 9)));
    private static final List<Row> ROWS = List.of(
            new Row(
                    "a",
                    Outcome.BAD,
                    -2,
                    array(1, 4),
                    floats(3, 1),
                    floats(.5f, .1f),
                    floats(.7f, .2f),
                    .25f,
                    floats(9, 8)),
            new Row("b", Outcome.OK, -9, array(), floats(), floats(), floats(), -.5f, floats(0, 0)));

    @Test
    void readsBackWhatWasWritten() {
        AttributionFile.Attributions read = AttributionFile.read(AttributionFile.write(HEADER, ROWS));

        assertThat(read.header()).isEqualTo(HEADER);
        assertThat(read.rows()).usingRecursiveComparison().isEqualTo(ROWS);
    }

    @Test
    void leavesOutWhatWasNotAsked() {
        Header ablations = new Header(
                "job",
                "m",
                "h",
                "sha256:d",
                3,
                "bad",
                "off-policy",
                "{}",
                false,
                0,
                List.of(List.of(4), List.of(1, 9)));
        List<Row> rows = List.of(new Row("a", Outcome.BAD, -2, array(), floats(), floats(), floats(), 0, floats(9, 8)));

        AttributionFile.Attributions read = AttributionFile.read(AttributionFile.write(ablations, rows));

        assertThat(read.header()).isEqualTo(ablations);
        assertThat(read.rows()).usingRecursiveComparison().isEqualTo(rows);
    }

    @Test
    void refusesAnotherFile() {
        byte[] other = new SafetensorsWriter().metadata("format", "shard").toBytes();

        assertThatThrownBy(() -> AttributionFile.read(other))
                .isInstanceOfSatisfying(
                        FieldProblem.class, e -> assertThat(e.field()).isEqualTo("format"));
    }

    private static int[] array(int... values) {
        return values;
    }

    private static float[] floats(float... values) {
        return values;
    }
}
