package io.concordance.interp.evidence;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.DictionaryInfo;
import io.concordance.contracts.dictionary.DictionaryInput;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.transcript.DocumentSplit;
import io.concordance.contracts.transcript.Outcome;
import io.concordance.contracts.transcript.Span;
import io.concordance.interp.encode.Encoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Turns one shard file into {@link ShardEvidence}. Not thread-safe: one reader a thread. */
final class ShardReader {
    private static final int BLOCK = 192;

    private final DictionaryInfo info;
    private final DictionaryInput input;
    private final Encoding encoder;
    private final EvidenceOptions options;
    private final int width;
    private final int features;
    private final float[] block;
    private final Reconstructor reconstructor;
    private final Firings firings = new Firings();
    private final ShardTally.Counter tally = new ShardTally.Counter();
    private final TokenCells cells = new TokenCells();

    ShardReader(Dictionary dictionary, Encoding encoder, EvidenceOptions options) {
        this.info = dictionary.info();
        this.input = dictionary.input();
        this.encoder = encoder;
        this.options = options;
        this.width = dictionary.width();
        this.features = dictionary.features();
        this.block = new float[BLOCK * width];
        this.reconstructor = new Reconstructor(dictionary);
    }

    /**
     * @param bars asked once the shard is encoded
     * @throws FieldProblem when the file is not the learning shard that was asked for, or its rows make no sense
     */
    ShardEvidence read(ShardSource source, Supplier<Bars> bars) {
        try (Shard shard = Shard.open(source.fetch());
                Subtrahend subtrahend = new Subtrahend(source.minus(), width)) {
            check(shard, source, width);
            List<DocumentRows> documents = documents(shard);
            Residuals residuals =
                    encode(shard, source.minus().isEmpty() ? null : subtrahend.rows(shard), groups(documents));
            return collect(new Arm(shard.header().arm(), shard.header().armKind()), documents, residuals, bars.get());
        } catch (FieldProblem e) {
            throw e.inside("shard " + source.job() + "/" + source.slice());
        } finally {
            source.done();
        }
    }

    static void check(Shard shard, ShardSource source, int width) {
        ShardHeader header = shard.header();
        require("role", header.role(), "learning");
        require("job", header.job(), source.job());
        require("hook", header.hook(), source.hook());
        require("slice", Integer.toString(header.slice()), Integer.toString(source.slice()));
        require("width", Integer.toString(shard.width()), Integer.toString(width));
    }

    private static void require(String field, String given, String allowed) {
        if (!given.equals(allowed)) {
            throw new FieldProblem(field, given, allowed);
        }
    }

    private List<DocumentRows> documents(Shard shard) {
        int[] index = shard.documents();
        int[] tokens = shard.tokens();
        int[] positions = shard.positions();
        byte[] spans = shard.spans();
        byte[] outcomes = shard.outcomes();
        Arm arm = new Arm(shard.header().arm(), shard.header().armKind());
        List<DocumentRows> documents = new ArrayList<>();
        int previous = -1;
        for (int from = 0; from < index.length; ) {
            int to = from + 1;
            while (to < index.length && index[to] == index[from]) {
                to++;
            }
            if (index[from] <= previous || index[from] >= shard.documentIds().size()) {
                throw new FieldProblem(
                        "document[" + from + "]",
                        index[from],
                        "above " + previous + ", below " + shard.documentIds().size());
            }
            previous = index[from];
            String id = shard.documentIds().get(index[from]);
            DocumentInfo info =
                    new DocumentInfo(arm, id, Outcome.ofCode(outcomes[from]), DocumentSplit.key(options.seed(), id));
            int prompt = from;
            while (prompt < to && spans[prompt] != Span.Kind.OUTPUT.code()) {
                prompt++;
            }
            documents.add(DocumentRows.whole(
                    info,
                    prompt - from,
                    Arrays.copyOfRange(tokens, from, to),
                    Arrays.copyOfRange(positions, from, to)));
            from = to;
        }
        return documents;
    }

    /** Of each row; {@link Residuals#NONE} of those that are left out. */
    private static int[] groups(List<DocumentRows> documents) {
        int[] groups = new int[documents.stream().mapToInt(DocumentRows::length).sum()];
        int row = 0;
        for (DocumentRows document : documents) {
            int group = Residuals.group(document.info());
            for (int r = 0; r < document.length(); r++, row++) {
                groups[row] = Residuals.sampled(document.info(), document.position(r)) ? group : Residuals.NONE;
            }
        }
        return groups;
    }

    /** @param less what is subtracted from each row; null for nothing */
    private Residuals encode(Shard shard, Subtrahend.@Nullable Rows less, int[] groups) {
        Residuals residuals = new Residuals();
        firings.clear();
        int[] positions = shard.positions();
        for (int from = 0; from < shard.rows(); from += BLOCK) {
            int count = Math.min(BLOCK, shard.rows() - from);
            shard.activations(from, count, block, 0);
            if (less != null) {
                less.subtract(block, from, count);
            }
            for (int i = 0; i < count * width; i++) {
                if (!Float.isFinite(block[i])) {
                    throw new FieldProblem(
                            "activation[" + (from + i / width) + "][" + i % width + "]", block[i], "a finite number");
                }
            }
            info.removeSteering(shard.header().arm(), block, count);
            firings.startBlock(from);
            if (less == null) {
                input.ofActivations(block, positions, from, count);
            } else {
                input.ofDifferences(block, positions, from, count);
            }
            int fired = firings.size();
            encoder.encode(block, count, firings);
            reconstructor.add(block, count, firings, fired, from, groups, residuals);
        }
        firings.index(features, shard.rows());
        return residuals;
    }

    /**
     * What is asked of each row again and again.
     *
     * @param documentOf index of the row's document
     * @param cells see {@link TokenPlaces#key}
     * @param priorities see {@link DocumentSplit#priority}
     */
    @SuppressWarnings("ArrayRecordComponent") // of one shard, never compared
    private record Rows(int[] documentOf, int[] positions, long[] cells, long[] priorities) {
        Rows(int count) {
            this(new int[count], new int[count], new long[count], new long[count]);
        }
    }

    private ShardEvidence collect(Arm arm, List<DocumentRows> documents, Residuals residuals, Bars bars) {
        Rows rows = new Rows(documents.stream().mapToInt(DocumentRows::length).sum());
        int[] firstRow = new int[documents.size()];
        DocumentSplit[] splits = new DocumentSplit[documents.size()];
        long[] buckets = new long[Positions.BUCKETS];
        TokenPlaces places = new TokenPlaces();
        Background explain = new Background(options);
        Background score = new Background(options);
        int row = 0;
        for (int d = 0; d < documents.size(); d++) {
            DocumentRows document = documents.get(d);
            firstRow[d] = row;
            DocumentSplit split = document.info().split();
            splits[d] = split;
            Background sample = split == DocumentSplit.EXPLAIN ? explain : split == DocumentSplit.SCORE ? score : null;
            for (int r = 0; r < document.length(); r++, row++) {
                int position = document.position(r);
                long priority = DocumentSplit.priority(document.info().key(), position);
                rows.documentOf[row] = d;
                rows.positions[row] = position;
                rows.cells[row] = TokenPlaces.key(document.token(r), TokenPlaces.octave(position));
                rows.priorities[row] = priority;
                buckets[Positions.bucket(position)]++;
                places.add(document.token(r), position);
                if (sample != null && sample.wants(document.token(r), priority)) {
                    sample.offer(new BackgroundSite(
                            document.around(r, options.context()), r, priority, firings.firedOn(row)));
                }
            }
        }
        long[] strongest = bars.strongest(arm);
        List<ShardEvidence.Fired> fired = new ArrayList<>();
        for (int j = 0; j < features; j++) {
            if (firings.to(j) > firings.from(j)) {
                fired.add(collect(j, documents, splits, rows, firstRow, strongest[j], bars));
            }
        }
        return new ShardEvidence(
                arm,
                documents.stream().map(DocumentRows::info).toList(),
                buckets,
                places,
                residuals,
                fired,
                explain,
                score);
    }

    /** @param strongestBar key above which no strong example of the arm is kept */
    private ShardEvidence.Fired collect(
            int feature,
            List<DocumentRows> documents,
            DocumentSplit[] splits,
            Rows rows,
            int[] firstRow,
            long strongestBar,
            Bars bars) {
        Kept<Example> top = Example.strongest(options.top());
        DocumentMaxima maxima = new DocumentMaxima();
        Kept<Example> explain = Example.drawn(options.samples());
        Kept<Example> score = Example.drawn(options.samples());
        for (int posting = firings.from(feature); posting < firings.to(feature); ) {
            int d = rows.documentOf[firings.row(posting)];
            DocumentRows document = documents.get(d);
            int prompt = firstRow[d] + document.promptRows();
            int strongest = posting;
            int drawn = posting;
            long least = Long.MAX_VALUE;
            float promptMaximum = 0;
            for (; posting < firings.to(feature) && rows.documentOf[firings.row(posting)] == d; posting++) {
                int row = firings.row(posting);
                float value = firings.value(posting);
                tally.add(rows.positions[row], value);
                cells.add(rows.cells[row], value);
                if (value > firings.value(strongest)) {
                    strongest = posting;
                }
                if (row < prompt) {
                    promptMaximum = Math.max(promptMaximum, value);
                }
                if (rows.priorities[row] < least) {
                    least = rows.priorities[row];
                    drawn = posting;
                }
            }
            tally.firedInDocument();
            maxima.add(d, firings.value(strongest), promptMaximum);
            long strength = Example.strength(firings.value(strongest), rows.priorities[firings.row(strongest)]);
            if (strength <= strongestBar && top.wants(strength)) {
                top.offer(example(feature, strongest, document, firstRow[d]));
            }
            Kept<Example> sample = sampleOf(splits[d], explain, score);
            if (sample != null && least <= bars.drawn(splits[d])[feature] && sample.wants(least)) {
                sample.offer(example(feature, drawn, document, firstRow[d]));
            }
        }
        return new ShardEvidence.Fired(feature, tally.take(top), maxima, cells.take(), explain, score);
    }

    private static @Nullable Kept<Example> sampleOf(DocumentSplit split, Kept<Example> explain, Kept<Example> score) {
        return switch (split) {
            case EXPLAIN -> explain;
            case SCORE -> score;
            case CALIBRATE -> null;
        };
    }

    private Example example(int feature, int posting, DocumentRows document, int firstRow) {
        int row = firings.row(posting) - firstRow;
        int from = Math.max(0, row - options.context());
        int to = Math.min(document.length(), row + options.context() + 1);
        return new Example(
                document.around(row, options.context()),
                row,
                firings.value(posting),
                DocumentSplit.priority(document.info().key(), document.position(row)),
                from,
                firings.window(feature, posting, firstRow + from, firstRow + to));
    }
}
