package io.concordance.capture.transcript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.transcript.Transcripts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TranscriptScanTest {
    private static final Transcripts.Limits LIMITS = new Transcripts.Limits(1 << 20, 1000);
    private static final String LINE =
            "{\"id\": \"%s\", \"spans\": [{\"kind\": \"raw\", \"role\": \"user\", \"text\": \"%s\"}], \"outcome\": \"%s\"}\n";

    @TempDir
    private Path dir;

    @Test
    void copiesIndexesAndCountsAFileInOnePass() throws IOException {
        String file = LINE.formatted("a", "one", "ok") + "\n" + LINE.formatted("b", "längere", "bad");
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);

        TranscriptFiles.Scan scan =
                TranscriptFiles.scan(new ByteArrayInputStream(bytes), dir.resolve("copy"), 1 << 20, LIMITS);

        assertThat(scan.file())
                .isEqualTo(new TranscriptFile(
                        Digests.sha256(bytes), 2, bytes.length, new TranscriptFile.Outcomes(1, 1, 0)));
        assertThat(Files.readAllBytes(dir.resolve("copy"))).isEqualTo(bytes);
        assertThat(scan.index().characters()).containsExactly(3, 7);
        assertThat(scan.index().ends()[1]).isEqualTo(bytes.length);
        assertThat(scan.index().start(1))
                .isEqualTo(LINE.formatted("a", "one", "ok").length());
        DocumentIndex stored = DocumentIndex.of(scan.index().toBytes());
        assertThat(stored.ends()).isEqualTo(scan.index().ends());
        assertThat(stored.characters()).isEqualTo(scan.index().characters());
    }

    @Test
    void refusesAnEmptyFile() {
        assertThat(refusal("").allowed()).contains("at least one transcript");
    }

    @Test
    void namesTheLineThatIsNoJson() {
        FieldProblem problem = refusal(LINE.formatted("a", "x", "ok") + "so far so good\n");

        assertThat(problem.field()).isEqualTo("line 2");
    }

    @Test
    void refusesAFileOverItsLimit() throws IOException {
        byte[] bytes = LINE.formatted("a", "x", "ok").getBytes(StandardCharsets.UTF_8);

        FieldProblem problem = catchThrowableOfType(
                FieldProblem.class,
                () -> TranscriptFiles.scan(new ByteArrayInputStream(bytes), dir.resolve("copy"), 20, LIMITS));

        assertThat(problem.allowed()).isEqualTo("at most 20 bytes");
    }

    @Test
    void refusesALineOfAGigabyteWithoutKeepingIt() throws IOException {
        FieldProblem problem = catchThrowableOfType(
                FieldProblem.class,
                () -> TranscriptFiles.scan(new Endless(1L << 30), dir.resolve("copy"), 1L << 31, LIMITS));

        assertThat(problem.field()).isEqualTo("line 1");
        assertThat(problem.allowed()).contains("1048576 bytes");
        assertThat(Files.size(dir.resolve("copy"))).isLessThan(2 << 20);
    }

    private FieldProblem refusal(String file) {
        return catchThrowableOfType(
                FieldProblem.class,
                () -> TranscriptFiles.scan(
                        new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
                        dir.resolve("copy"),
                        1 << 20,
                        LIMITS));
    }

    /** So many bytes {@code x}. */
    private static final class Endless extends InputStream {
        private long left;

        Endless(long bytes) {
            this.left = bytes;
        }

        @Override
        public int read() {
            return left-- > 0 ? 'x' : -1;
        }
    }
}
