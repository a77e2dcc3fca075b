package io.concordance.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartialUploadsTest {

    @TempDir
    Path root;

    @Test
    void aPartialFileIsDeletedAndItsNeighboursStay() throws IOException {
        Path folder = Files.createDirectories(root.resolve("concordance/shards"));
        Path partial = Files.writeString(folder.resolve("a.safetensors-" + UUID.randomUUID()), "half");
        Path whole = Files.writeString(folder.resolve("a.safetensors"), "whole");
        Path other = Files.writeString(folder.resolve("not-a-uuid"), "whole");

        assertThat(PartialUploads.sweep(root)).isEqualTo(1);

        assertThat(partial).doesNotExist();
        assertThat(whole).exists();
        assertThat(other).exists();
    }

    @Test
    void aWholeObjectWhoseKeyEndsInAUuidStays() throws IOException {
        assumeTrue(Files.getFileStore(root).supportsFileAttributeView(UserDefinedFileAttributeView.class));
        Path whole = Files.writeString(root.resolve("run-" + UUID.randomUUID()), "whole");
        Files.getFileAttributeView(whole, UserDefinedFileAttributeView.class)
                .write("user.content-md5", ByteBuffer.wrap(new byte[16]));

        assertThat(PartialUploads.sweep(root)).isZero();

        assertThat(whole).exists();
    }
}
