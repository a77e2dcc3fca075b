package io.concordance.registry.peer;

import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A body of type {@code multipart/form-data}; files are read from disk as they are sent. */
record Multipart(String contentType, BodyPublisher body) {

    /**
     * Fields and then files. Names are the caller's own and need no escaping; values hold no line ends.
     *
     * @throws UncheckedIOException when a file is not there
     */
    static Multipart of(Map<String, String> fields, Map<String, Path> files) {
        String boundary = "concordance-" + UUID.randomUUID();
        List<BodyPublisher> parts = new ArrayList<>();
        fields.forEach((name, value) -> parts.add(text(head(boundary, name) + "\r\n\r\n" + value + "\r\n")));
        files.forEach((name, file) -> {
            parts.add(text(head(boundary, name) + "; filename=\"" + name
                    + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"));
            parts.add(file(file));
            parts.add(text("\r\n"));
        });
        parts.add(text("--" + boundary + "--\r\n"));
        return new Multipart(
                "multipart/form-data; boundary=" + boundary,
                BodyPublishers.concat(parts.toArray(new BodyPublisher[0])));
    }

    private static String head(String boundary, String name) {
        return "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"";
    }

    private static BodyPublisher text(String text) {
        return BodyPublishers.ofString(text, StandardCharsets.UTF_8);
    }

    private static BodyPublisher file(Path file) {
        try {
            return BodyPublishers.ofFile(file);
        } catch (FileNotFoundException e) {
            throw new UncheckedIOException(e);
        }
    }
}
