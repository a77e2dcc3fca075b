package io.concordance.contracts.release;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.json.Json;
import java.time.Instant;
import java.util.List;

/**
 * A release as it travels: a signed manifest and its tensors, in a folder named by the manifest's digest.
 *
 * @param digest of the canonical manifest
 * @param tensors what {@code tensors.safetensors} holds
 */
public record ReleaseBundle(String digest, ReleaseManifest manifest, ReleaseTensors tensors) {
    /** DSSE envelope around the canonical manifest. */
    public static final String MANIFEST = "manifest.dsse.json";

    public static final String TENSORS = "tensors.safetensors";

    /** Object key of a file of the bundle with this digest. */
    public static String key(String digest, String file) {
        return "bundles/" + Digests.hex(digest) + "/" + file;
    }

    /** Where the registry serves the bundle with this digest, relative to its address; file names follow. */
    public static String path(String digest) {
        return "v1/bundles/" + digest + "/";
    }

    /** The bytes of {@link #MANIFEST}, signed by every key of the targets role that is given. */
    public static byte[] signed(ReleaseManifest manifest, List<SigningKey> targets) {
        return Envelope.sign(ReleaseManifest.PAYLOAD_TYPE, Json.canonical(manifest), targets)
                .toBytes();
    }

    /**
     * The manifest in a signed envelope, checked but for its tensors.
     *
     * @throws Refusal unless it is signed by the targets role, and by targets-high where anything in it is of level high,
     *     has the digest, and neither it nor the trust document is expired at {@code now}
     */
    public static ReleaseManifest manifest(byte[] envelope, String digest, TrustDocument trust, Instant now) {
        trust.requireCurrent(now);
        Envelope signed = Envelope.read(envelope);
        byte[] payload = signed.verify(ReleaseManifest.PAYLOAD_TYPE, trust, TrustDocument.TARGETS);
        if (!Digests.sha256(payload).equals(digest)) {
            throw new Refusal(
                    Refusal.Reason.DIGEST, "manifest: given " + Digests.sha256(payload) + ", expected " + digest);
        }
        ReleaseManifest manifest = Documents.read(payload, ReleaseManifest.class);
        if (manifest.hasHigh()) {
            signed.verify(ReleaseManifest.PAYLOAD_TYPE, trust, TrustDocument.TARGETS_HIGH);
        }
        if (!now.isBefore(manifest.expiresAt())) {
            throw new Refusal(Refusal.Reason.EXPIRED, "release expired at " + manifest.expiresAt());
        }
        return manifest;
    }

    /**
     * A whole bundle, every byte accounted for; golden vectors are not replayed yet.
     *
     * @throws Refusal when anything about it is wrong
     */
    public static ReleaseBundle verify(
            byte[] envelope, byte[] tensors, String digest, TrustDocument trust, Instant now) {
        ReleaseManifest manifest = manifest(envelope, digest, trust, now);
        if (!Digests.sha256(tensors).equals(manifest.tensors())) {
            throw new Refusal(
                    Refusal.Reason.DIGEST,
                    "tensors: given " + Digests.sha256(tensors) + ", expected " + manifest.tensors());
        }
        ReleaseTensors read = ReleaseTensors.read(tensors);
        if (read.width() != manifest.width()
                || read.features() != manifest.features().size()) {
            throw new Refusal(
                    Refusal.Reason.FORMAT,
                    "tensors of " + read.features() + " features of width " + read.width() + ", manifest of "
                            + manifest.features().size() + " of width " + manifest.width());
        }
        for (int j = 0; j < read.features(); j++) {
            if ((double) read.threshold()[j] != manifest.features().get(j).threshold()) {
                throw new Refusal(
                        Refusal.Reason.FORMAT,
                        "threshold of feature " + j + ": tensors " + read.threshold()[j] + ", manifest "
                                + manifest.features().get(j).threshold());
            }
        }
        return new ReleaseBundle(digest, manifest, read);
    }
}
