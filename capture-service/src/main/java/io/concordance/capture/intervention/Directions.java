package io.concordance.capture.intervention;

import io.concordance.capture.intervention.Intervention.Direction;
import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.tensor.SafetensorsFile;
import io.concordance.contracts.tensor.SafetensorsWriter;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;

/** Vectors in the object store: safetensors files with one tensor {@code direction}. */
class Directions {
    private static final String TENSOR = "direction";
    private static final String KEY = "directions/[A-Za-z0-9][A-Za-z0-9._-]{0,200}\\.safetensors";
    private static final long MAX_HEADER_BYTES = 1 << 20;

    private final ObjectStore objects;

    Directions(ObjectStore objects) {
        this.objects = objects;
    }

    static byte[] file(float[] vector) {
        return new SafetensorsWriter()
                .floats(TENSOR, new long[] {vector.length}, vector)
                .toBytes();
    }

    /** Where a file will be once it is {@link #keep kept}. */
    static Direction named(byte[] file) {
        String digest = Digests.sha256(file);
        return new Direction("directions/" + Digests.hex(digest) + ".safetensors", digest);
    }

    void keep(byte[] file) {
        objects.putIfAbsent(named(file).key(), file, "application/octet-stream");
    }

    /**
     * The finite values of a direction.
     *
     * @throws FieldProblem on {@code key} or {@code sha256}
     */
    float[] read(Direction direction, int width) {
        if (!direction.key().matches(KEY)) {
            throw new FieldProblem("key", direction.key(), "directions/<name>.safetensors");
        }
        byte[] bytes;
        try {
            bytes = objects.get(direction.key(), MAX_HEADER_BYTES + 4L * width);
        } catch (ObjectStoreException.Missing | ObjectStoreException.TooLarge | ObjectStoreException.Corrupted e) {
            throw new FieldProblem("key", direction.key(), "a file in the object store (" + e.getMessage() + ")");
        }
        String found = Digests.sha256(bytes);
        if (!found.equals(direction.sha256())) {
            throw new FieldProblem("sha256", direction.sha256(), "the digest of the object, " + found);
        }
        return values(direction.key(), bytes, width);
    }

    private static float[] values(String key, byte[] bytes, int width) {
        String allowed = "a safetensors file with a tensor '" + TENSOR + "' of " + width + " finite floats";
        try (SafetensorsFile file = SafetensorsFile.of(bytes)) {
            float[] values = file.floats(TENSOR);
            if (values.length != width) {
                throw new FieldProblem("key", values.length + " values", allowed);
            }
            for (float value : values) {
                if (!Float.isFinite(value)) {
                    throw new FieldProblem("key", value, allowed);
                }
            }
            return values;
        } catch (FieldProblem e) {
            throw e.field().equals("key") ? e : new FieldProblem("key", key, allowed + " (" + e.getMessage() + ")");
        }
    }
}
