package io.concordance.interp.evidence;

import io.concordance.contracts.problem.FieldProblem;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Evidence as a file, from which a pass goes on as if it had never stopped. The bytes are a function of the options and the
 * ordered shards, however often the evidence was written and read back on the way.
 */
public final class EvidenceFile {
    private static final String FORMAT = "concordance-evidence/2";
    private static final int BUFFER = 1 << 16;

    private EvidenceFile() {}

    public static void write(Evidence evidence, Path file) {
        try (DataOutputStream bytes =
                new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), BUFFER))) {
            Wire.Out out = new Wire.Out(bytes);
            out.text(FORMAT);
            out.text(evidence.options().toString());
            out.count(evidence.features().size());
            evidence.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads evidence back.
     *
     * @param scratch folder for what does not stay in memory
     * @throws FieldProblem when it was gathered in another format, with other options or for another number of features
     */
    public static Evidence read(Path file, EvidenceOptions options, int features, Path scratch) {
        try (DataInputStream bytes = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER))) {
            Wire.In in = new Wire.In(bytes);
            require("format", in.text(), FORMAT);
            require("options", in.text(), options.toString());
            require("features", Integer.toString(in.count()), Integer.toString(features));
            Evidence evidence = new Evidence(options, features, scratch);
            evidence.read(in);
            return evidence;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void require(String field, String given, String allowed) {
        if (!given.equals(allowed)) {
            throw new FieldProblem(field, given, allowed);
        }
    }
}
