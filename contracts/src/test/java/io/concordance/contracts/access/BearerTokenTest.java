package io.concordance.contracts.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.problem.FieldProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BearerTokenTest {
    @TempDir
    Path dir;

    @Test
    void aTokenInAFileIsReplacedWithTheFile() throws Exception {
        Path file = dir.resolve("token");
        Files.writeString(file, "first\n");
        BearerToken token = BearerToken.inFile(file);
        assertThat(token.authorization()).contains("Bearer first");

        Files.writeString(file, "second\n");

        assertThat(token.authorization()).contains("Bearer second");
    }

    @Test
    void theEnvironmentNamesATokenOrAFileOfOneOrNone() throws Exception {
        Path file = Files.writeString(dir.resolve("token"), "kept");

        assertThat(BearerToken.from(Map.of()).authorization()).isEmpty();
        assertThat(BearerToken.from(Map.of("CONCORDANCE_TOKEN", " given ")).authorization())
                .contains("Bearer given");
        assertThat(BearerToken.from(Map.of("CONCORDANCE_TOKEN_FILE", file.toString()))
                        .authorization())
                .contains("Bearer kept");
    }

    @Test
    void whatIsNoTokenIsRefusedWithoutBeingRepeated() throws Exception {
        Path file = Files.writeString(dir.resolve("token"), "two secrets");

        for (Map<String, String> environment : List.of(
                Map.of("CONCORDANCE_TOKEN", "two secrets"), Map.of("CONCORDANCE_TOKEN_FILE", file.toString()))) {
            assertThatThrownBy(() -> BearerToken.from(environment))
                    .isInstanceOf(FieldProblem.class)
                    .hasMessageNotContaining("secrets");
        }
        assertThatThrownBy(() -> BearerToken.inFile(dir.resolve("missing"))).hasMessageContaining("missing");
    }
}
