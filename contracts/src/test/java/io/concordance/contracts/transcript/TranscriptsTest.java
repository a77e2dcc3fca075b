package io.concordance.contracts.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Transcripts.Limits;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranscriptsTest {

    @Test
    void spansJoinVerbatimAndSummariesAreNotRead() {
        List<Transcript> read = read("""
                {"id":"a","spans":[{"kind":"raw","role":"user","text":"do "},{"kind":"summary","role":"assistant","text":"(thinks)"},{"kind":"output","role":"assistant","text":"it\\n"}],"outcome":"bad","tags":{"family":"x","turn":2}}

                {"id":"b","spans":[{"kind":"raw","role":"system","text":"ü"}]}
                """);

        assertThat(read).extracting(Transcript::id).containsExactly("a", "b");
        assertThat(read.getFirst().text()).isEqualTo("do it\n");
        assertThat(read.getFirst().tags()).containsEntry("turn", "2");
        assertThat(read.get(1).outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void aSpanSaysWhereItsTextComesFromAndIsReadBackAsItWasWritten() {
        Transcript read = read("""
                {"id":"a","spans":[{"kind":"output","role":"assistant","text":"x","provenance":{"seed":7,"arm":"b"}}]}
                """).getFirst();

        assertThat(read.spans().getFirst().provenance())
                .containsEntry("seed", "7")
                .containsEntry("arm", "b");
        assertThat(read(new String(Json.bytes(read), StandardCharsets.UTF_8))).containsExactly(read);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"id":"a"}                                                                    | line 1: spans
            {"id":7,"spans":[]}                                                           | line 1: id
            {"id":"","spans":[{"kind":"raw","role":"user","text":"x"}]}                   | line 1: id
            {"id":"a","spans":[{"kind":"loud","role":"user","text":"x"}]}                 | line 1: spans[0].kind
            {"id":"a","spans":[{"kind":"raw","role":"cat","text":"x"}]}                   | line 1: spans[0].role
            {"id":"a","spans":[{"kind":"raw","role":"user"}]}                             | line 1: spans[0].text
            {"id":"a","spans":[{"kind":"summary","role":"user","text":"x"}]}              | line 1: spans
            {"id":"a","spans":[{"kind":"raw","role":"user","text":"x"}],"outcome":"meh"}  | line 1: outcome
            {"id":"a","spans":[{"kind":"raw","role":"user","text":"x"}],"label":"meh"}    | line 1: label
            {"id":"a","spans":[{"kind":"raw","role":"user","text":"x"}],"tags":{"a":[]}}  | line 1: tags.a
            {"id":"a","spans":[{"kind":"raw","role":"user","text":"x","provenance":"y"}]} | line 1: spans[0].provenance
            [1,2]                                                                         | line 1
            plain text                                                                    | line 1
            """)
    void aWrongLineIsRefusedByLineAndField(String line, String field) {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> read(line))
                .extracting(FieldProblem::field)
                .isEqualTo(field);
    }

    @Test
    void anEmptyFileARepeatedIdAndBytesThatAreNoTextAreRefused() {
        assertThatExceptionOfType(FieldProblem.class).isThrownBy(() -> read("\n\n"));
        String line = "{\"id\":\"a\",\"spans\":[{\"kind\":\"raw\",\"role\":\"user\",\"text\":\"x\"}]}\n";
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> read(line + line))
                .extracting(FieldProblem::field)
                .isEqualTo("line 2: id");
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Transcripts.readAll(
                        new ByteArrayInputStream(new byte[] {(byte) 0xff, (byte) 0xfe, '\n'}), Limits.DEFAULT));
    }

    @Test
    void aLineOfOneGigabyteIsRefusedAfterAMegabyte() {
        AtomicLong served = new AtomicLong();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return served.incrementAndGet() > 1L << 30 ? -1 : 'x';
            }
        };

        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> Transcripts.readAll(endless, Limits.DEFAULT))
                .extracting(FieldProblem::field)
                .isEqualTo("line 1");
        assertThat(served.get()).isLessThan(2L << 20);
    }

    private static List<Transcript> read(String text) {
        return Transcripts.readAll(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), Limits.DEFAULT);
    }
}
