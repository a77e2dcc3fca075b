package io.concordance.capture.model;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.store.ObjectStore;
import io.concordance.kit.store.ObjectStoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Objects below a prefix, {@code s3://bucket/prefix/}, on the platform's own object store. */
final class StoredSource implements ModelSource {
    static final String FIELD = "source.s3";

    private static final Pattern ADDRESS = Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,62})/((?:[^/]+/)*)");

    private final ObjectStore objects;
    private final String bucket;
    private final String prefix;

    private StoredSource(ObjectStore objects, String bucket, String prefix) {
        this.objects = objects;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /**
     * @param buckets buckets that models may be read from
     * @throws FieldProblem on {@code source.s3}
     */
    static StoredSource of(ObjectStore objects, Set<String> buckets, String address) {
        Matcher parts = ADDRESS.matcher(address.endsWith("/") ? address : address + "/");
        if (address.length() > 1000 || !parts.matches()) {
            throw new FieldProblem(FIELD, address, "s3://bucket/prefix/");
        }
        if (!buckets.contains(parts.group(1))) {
            throw new FieldProblem(FIELD, address, "a prefix in a bucket that is open for models");
        }
        return new StoredSource(objects, parts.group(1), parts.group(2));
    }

    @Override
    public String field(String file) {
        return FIELD;
    }

    @Override
    public boolean copy(String file, Path target, long maxBytes) throws IOException {
        try {
            objects.copy(bucket, prefix + file, target, maxBytes);
            return true;
        } catch (ObjectStoreException.Missing e) {
            return false;
        } catch (ObjectStoreException.TooLarge e) {
            throw new FieldProblem(FIELD, file, "files of at most " + maxBytes + " bytes");
        }
    }
}
