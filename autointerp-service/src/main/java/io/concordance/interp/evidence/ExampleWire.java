package io.concordance.interp.evidence;

import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Examples and background sites, each naming the document it stands in by number. A document is written where it is first
 * named. Floating-point windows hold mostly zeros, of which only the number is written.
 */
final class ExampleWire {
    private final long seed;
    private final Map<DocumentRows, Integer> numbers = new IdentityHashMap<>();
    private final List<DocumentRows> documents = new ArrayList<>();

    ExampleWire(long seed) {
        this.seed = seed;
    }

    void write(Wire.Out out, Collection<Example> examples) {
        out.count(examples.size());
        for (Example example : examples) {
            write(out, example.document());
            out.count(example.row());
            out.real(example.value());
            out.count(example.from());
            floats(out, example.activations());
        }
    }

    List<Example> read(Wire.In in) {
        int count = in.count();
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DocumentRows document = readDocument(in);
            int row = in.count();
            float value = in.shortReal();
            long priority = DocumentSplit.priority(document.info().key(), document.position(row));
            examples.add(new Example(document, row, value, priority, in.count(), floats(in)));
        }
        return examples;
    }

    void writeSites(Wire.Out out, Collection<BackgroundSite> sites) {
        out.count(sites.size());
        for (BackgroundSite site : sites) {
            write(out, site.document());
            out.count(site.row());
            out.count(site.fired().length);
            int previous = 0;
            for (int feature : site.fired()) {
                out.count(feature - previous);
                previous = feature;
            }
        }
    }

    List<BackgroundSite> readSites(Wire.In in) {
        int count = in.count();
        List<BackgroundSite> sites = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DocumentRows document = readDocument(in);
            int row = in.count();
            int[] fired = new int[in.count()];
            int previous = 0;
            for (int f = 0; f < fired.length; f++) {
                previous += in.count();
                fired[f] = previous;
            }
            long priority = DocumentSplit.priority(document.info().key(), document.position(row));
            sites.add(new BackgroundSite(document, row, priority, fired));
        }
        return sites;
    }

    static void writeInfo(Wire.Out out, DocumentInfo info) {
        out.text(info.arm().name());
        out.text(info.arm().kind());
        out.text(info.id());
        out.count(info.outcome().code());
    }

    DocumentInfo readInfo(Wire.In in) {
        Arm arm = new Arm(in.text(), in.text());
        String id = in.text();
        return new DocumentInfo(arm, id, Outcome.ofCode(in.count()), DocumentSplit.key(seed, id));
    }

    private void write(Wire.Out out, DocumentRows document) {
        Integer number = numbers.get(document);
        if (number != null) {
            out.count(number);
            return;
        }
        out.count(numbers.size());
        numbers.put(document, numbers.size());
        writeInfo(out, document.info());
        out.count(document.length());
        out.count(document.promptRows());
        out.count(document.firstRow());
        out.count(document.tokens().length);
        for (int token : document.tokens()) {
            out.count(Integer.toUnsignedLong(token));
        }
        for (int position : document.positions()) {
            out.count(Integer.toUnsignedLong(position));
        }
    }

    private DocumentRows readDocument(Wire.In in) {
        int number = in.count();
        if (number < documents.size()) {
            return documents.get(number);
        }
        DocumentInfo info = readInfo(in);
        int length = in.count();
        int promptRows = in.count();
        int firstRow = in.count();
        int[] tokens = new int[in.count()];
        int[] positions = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) in.number();
        }
        for (int i = 0; i < positions.length; i++) {
            positions[i] = (int) in.number();
        }
        DocumentRows document = new DocumentRows(info, length, promptRows, firstRow, tokens, positions);
        documents.add(document);
        return document;
    }

    private static void floats(Wire.Out out, float[] values) {
        out.count(values.length);
        int zeros = 0;
        for (float value : values) {
            if (Float.floatToRawIntBits(value) == 0) {
                zeros++;
            } else {
                out.count(zeros);
                out.real(value);
                zeros = 0;
            }
        }
        if (zeros > 0) {
            out.count(zeros);
        }
    }

    private static float[] floats(Wire.In in) {
        float[] values = new float[in.count()];
        for (int i = 0; i < values.length; i++) {
            i += in.count();
            if (i < values.length) {
                values[i] = in.shortReal();
            }
        }
        return values;
    }
}
