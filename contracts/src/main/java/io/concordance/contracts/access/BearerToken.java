package io.concordance.contracts.access;

import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A token or an API key that requests carry, or none. One in a file is read for every request, so that whatever replaces
 * the file replaces the token.
 */
public final class BearerToken {
    /** Names the token itself in the environment of a program. */
    public static final String VARIABLE = "CONCORDANCE_TOKEN";

    /** Names a file that has it. */
    public static final String FILE_VARIABLE = "CONCORDANCE_TOKEN_FILE";

    private final Supplier<Optional<String>> token;

    private BearerToken(Supplier<Optional<String>> token) {
        this.token = token;
    }

    public static BearerToken none() {
        return new BearerToken(Optional::empty);
    }

    /** @throws FieldProblem when it is no token: it is one word of characters that can be seen */
    public static BearerToken of(String token) {
        String word = word(VARIABLE, token);
        return new BearerToken(() -> Optional.of(word));
    }

    /** @throws FieldProblem when the file, as it is now, holds no token */
    public static BearerToken inFile(Path file) {
        read(file);
        return new BearerToken(() -> Optional.of(read(file)));
    }

    /** {@value #VARIABLE}, or the file that {@value #FILE_VARIABLE} names; none when neither is set. */
    public static BearerToken from(Map<String, String> environment) {
        String given = environment.get(VARIABLE);
        if (given != null && !given.isBlank()) {
            return of(given);
        }
        String file = environment.get(FILE_VARIABLE);
        return file == null || file.isBlank() ? none() : inFile(Path.of(file));
    }

    /** The value of an {@code Authorization} header, empty where there is no token. */
    public Optional<String> authorization() {
        return token.get().map(word -> "Bearer " + word);
    }

    /** Adds the header, where there is a token. */
    public HttpRequest.Builder sign(HttpRequest.Builder request) {
        authorization().ifPresent(value -> request.header("Authorization", value));
        return request;
    }

    private static String read(Path file) {
        try {
            return word(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    /** What was given instead is not repeated: it may be a secret all the same. */
    private static String word(String field, String text) {
        String word = text.strip();
        if (!word.matches("[\\x21-\\x7e]{1,16384}")) {
            throw new FieldProblem(field, null, "one token of 1 to 16384 visible characters");
        }
        return word;
    }
}
