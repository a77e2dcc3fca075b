package io.concordance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ConcordanceTest {

    @TempDir
    Path data;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "frobnicate",
                "up --frob",
                "up --base-port x",
                "up --base-port 80",
                "status a b",
                "study run s.yaml --registry http://127.0.0.1:1"
            })
    void aWrongCallEndsWithTwoAndOneLine(String call) {
        Outcome outcome = run(call.isEmpty() ? new String[0] : call.split(" "));

        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err().strip()).startsWith("concordance: ").hasLineCount(1);
    }

    @Test
    void statusOfAPlatformThatIsDownIsTwoEmptyListsAndExitCodeThree() throws Exception {
        Outcome outcome = run("status", "--json", "--data", data.toString());

        assertThat(outcome.code()).isEqualTo(3);
        JsonNode status = new ObjectMapper().readTree(outcome.out());
        assertThat(status.get("services")).isEmpty();
        assertThat(status.get("infra")).isEmpty();
    }

    @Test
    void downWithoutAPlatformIsNoFailure() {
        assertThat(run("down", "--data", data.toString()).code()).isZero();
    }

    @Test
    void upWithoutTheBuiltModulesNamesTheMissingOneInOneLine() {
        String home = System.setProperty("concordance.home", data.toString());
        try {
            Outcome outcome = run("up", "--data", data.toString());

            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.err().strip())
                    .startsWith("concordance: registry-service is not built")
                    .hasLineCount(1);
        } finally {
            System.setProperty("concordance.home", home == null ? "" : home);
        }
    }

    private static Outcome run(String... arguments) {
        StringWriter err = new StringWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CommandLine line = Concordance.commandLine().setErr(new PrintWriter(err, true));
        PrintStream before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            return new Outcome(line.execute(arguments), out.toString(StandardCharsets.UTF_8), err.toString());
        } finally {
            System.setOut(before);
        }
    }

    private record Outcome(int code, String out, String err) {}
}
