package io.concordance.capture.transcript;

import io.concordance.contracts.digest.Digests;

/**
 * An uploaded file of transcripts.
 *
 * @param digest of its bytes; also its name
 */
public record TranscriptFile(String digest, int documents, long bytes, Outcomes outcomes) {

    /** Documents by how they ended. */
    public record Outcomes(int bad, int ok, int unknown) {}

    String key() {
        return key(digest);
    }

    static String key(String digest) {
        return "transcripts/" + Digests.hex(digest) + ".jsonl";
    }
}
