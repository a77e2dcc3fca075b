package io.concordance.cli.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeathNoticeTest {
    @Test
    void theInnermostCauseIsTold() {
        assertThat(DeathNotice.reason(List.of(
                        "ERROR Failed to start application: java.lang.RuntimeException: Failed to start quarkus",
                        "\tat io.quarkus.runner.ApplicationImpl.doStart(Unknown Source)",
                        "Caused by: java.net.BindException: Address already in use",
                        "\tat java.base/sun.nio.ch.Net.bind0(Native Method)",
                        "\t... 12 more",
                        "")))
                .isEqualTo("java.net.BindException: Address already in use");
    }

    @Test
    void aDatabaseOfAnotherVersionIsSaidSo() {
        assertThat(DeathNotice.reason(List.of(
                        "java.lang.RuntimeException: Failed to start quarkus",
                        "\tat io.quarkus.runner.ApplicationImpl.doStart(Unknown Source)",
                        "Caused by: org.flywaydb.core.api.exception.FlywayValidateException: Validate failed:",
                        "Migration checksum mismatch for migration version 1",
                        "\tat org.flywaydb.core.Flyway.migrate(Flyway.java:1)")))
                .startsWith("its database in this folder was made by another version of the platform")
                .endsWith("Validate failed: Migration checksum mismatch for migration version 1");
    }

    @Test
    void withoutAStackTraceTheLastLineIsTold() {
        assertThat(DeathNotice.reason(List.of("one", "concordance.capture.workers: must be a number", " ")))
                .isEqualTo("concordance.capture.workers: must be a number");
        assertThat(DeathNotice.reason(List.of())).isEqualTo("it said nothing");
        assertThat(DeathNotice.reason(List.of("\tat a.b.C.d(Unknown Source)"))).isEqualTo("it said nothing");
    }
}
