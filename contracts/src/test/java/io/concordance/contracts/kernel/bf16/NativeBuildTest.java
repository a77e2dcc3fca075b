package io.concordance.contracts.kernel.bf16;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeBuildTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no-compiler-of-that-name | no C compiler: no-compiler-of-that-name does not start",
                "false | false failed"
            })
    void aCompilerThatIsMissingOrFailsIsNamed(String compiler, String message, @TempDir Path folder) {
        assumeTrue(Bf16.obstacle().isEmpty(), "not run: no bf16 products");
        assertThatThrownBy(() -> NativeBuild.load(compiler, folder))
                .isInstanceOf(Bf16Unavailable.class)
                .hasMessageStartingWith(message);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatWasCompiledIsGoneOnceItIsLoaded(@TempDir Path folder) throws IOException {
        assumeTrue(Bf16.obstacle().isEmpty(), "not run: no bf16 products");
        assertThat(NativeBuild.load("cc", folder).find("multiply")).isPresent();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }
}
