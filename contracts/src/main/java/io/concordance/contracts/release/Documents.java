package io.concordance.contracts.release;

import io.concordance.contracts.json.Json;
import java.util.Arrays;

/** Reading signed documents: strict, and only in their one canonical form. */
final class Documents {
    private Documents() {}

    static <T> T read(byte[] payload, Class<T> type) {
        T document;
        try {
            document = Json.read(payload, type);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new Refusal(Refusal.Reason.FORMAT, "not a " + type.getSimpleName() + ": " + e.getMessage());
        }
        if (!Arrays.equals(Json.canonical(document), payload)) {
            throw new Refusal(Refusal.Reason.FORMAT, type.getSimpleName() + " is not in canonical form");
        }
        return document;
    }
}
