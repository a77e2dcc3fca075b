package io.concordance.cli.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.release.Envelope;
import io.concordance.contracts.release.Refusal;
import io.concordance.contracts.release.TrustDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TrustCommandTest {
    @TempDir
    Path folder;

    @Test
    void rootKeysInSeveralPlacesSignOneDocumentAfterTheOther() throws Exception {
        for (String name : List.of("a", "b", "c", "alice", "bob", "clock", "clock2")) {
            assertThat(run("key", path(name))).isZero();
        }
        assertThat(run("key", path("a"))).isNotZero();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a"))))
                .isEqualTo("rw-------");

        assertThat(document("clock", "a")).isZero();
        assertThatThrownBy(() -> TrustDocument.selfSigned(read(1))).isInstanceOf(Refusal.class);
        assertThat(run("sign", folder.toString(), "--key", path("b"))).isZero();
        TrustDocument first = TrustDocument.selfSigned(read(1));

        assertThat(document("clock2", "b", "c")).isZero();
        TrustDocument second = first.next(read(2));
        assertThat(second.roles().get(TrustDocument.TIMESTAMP))
                .isNotEqualTo(first.roles().get(TrustDocument.TIMESTAMP));
    }

    private int document(String timestamp, String... signers) {
        List<String> arguments = new ArrayList<>(List.of("document", folder.toString(), "--root-threshold", "2"));
        List.of("a", "b", "c").forEach(root -> arguments.addAll(List.of("--root", path(root + ".pub"))));
        List.of("alice", "bob").forEach(name -> arguments.addAll(List.of("--reviewers", path(name + ".pub"))));
        arguments.addAll(List.of("--timestamp", path(timestamp + ".pub")));
        List.of(signers).forEach(name -> arguments.addAll(List.of("--sign", path(name))));
        return run(arguments.toArray(String[]::new));
    }

    private static int run(String... arguments) {
        return new CommandLine(new TrustCommand()).execute(arguments);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private Envelope read(int version) throws IOException {
        return Envelope.read(Files.readAllBytes(folder.resolve("trust." + version + ".dsse.json")));
    }
}
