package io.concordance.local;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.regex.Pattern;

/**
 * What a killed S3 server leaves behind: the server writes each object to {@code KEY-UUID} and then renames it, so a
 * process killed in between leaves a partial file, which would be listed as an object.
 */
final class PartialUploads {
    private static final Pattern PARTIAL =
            Pattern.compile(".*-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

    /** Set by the server once all bytes are written; it tells a whole object with such a key from a partial one. */
    private static final String WHOLE = "user.content-md5";

    private PartialUploads() {}

    /**
     * Deletes every partial file below {@code root}. Only safe while no server runs on it.
     *
     * @return the number of files deleted
     */
    static int sweep(Path root) throws IOException {
        int[] swept = {0};
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (PARTIAL.matcher(file.getFileName().toString()).matches() && !isWhole(file)) {
                    Files.delete(file);
                    swept[0]++;
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return swept[0];
    }

    private static boolean isWhole(Path file) throws IOException {
        UserDefinedFileAttributeView view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        return view != null && view.list().contains(WHOLE);
    }
}
