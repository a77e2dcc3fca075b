package io.concordance.registry.study;

import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.study.StudyReport.StrategyResult;
import io.concordance.registry.study.CandidatesStage.Found;
import io.concordance.registry.study.CaptureStage.DifferenceJobs;
import io.concordance.registry.study.CaptureStage.Jobs;
import io.concordance.registry.study.EvaluationShards.Located;
import io.concordance.registry.study.TwinsStage.Twin;
import io.concordance.registry.study.TwinsStage.Twins;
import io.concordance.registry.study.strategy.Candidate;
import io.concordance.registry.study.strategy.MaximaReader;
import io.concordance.registry.study.strategy.StrategyEvaluation;
import io.concordance.registry.study.strategy.TranscriptMaxima;
import io.concordance.registry.study.strategy.Transfers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rows of dictionaries beside the study's own, judged on the same transcripts as all others. Not thread-safe. */
final class TwinRows {
    private final StudyObjects objects;
    private final List<Row> rows = new ArrayList<>();
    private final List<Located> less;

    /** @param differs whether another capture is taken off what it reads */
    private record Row(
            String name,
            List<Candidate> candidates,
            MaximaReader reader,
            boolean differs,
            List<TranscriptMaxima> maxima) {}

    private TwinRows(StudyObjects objects, List<Located> less) {
        this.objects = objects;
        this.less = less;
    }

    /** Null while shards of the base model that one of them reads are on their way. */
    static @Nullable TwinRows of(StudyRun run, Jobs jobs, EvaluationShards shards, StudyObjects objects) {
        DifferenceJobs difference = jobs.difference();
        List<Located> less = difference == null ? List.of() : shards.of(difference.evaluation(), jobs.hook());
        if (difference != null && !EvaluationShards.complete(less)) {
            return null;
        }
        TwinRows twins = new TwinRows(objects, less);
        Map<String, List<Candidate>> found =
                run.result(StageName.CANDIDATES, Found.class).ofTwins();
        for (Twin twin : run.result(StageName.TWINS, Twins.class).all()) {
            List<Candidate> candidates = found.getOrDefault(twin.row(), List.of());
            twins.rows.add(new Row(
                    twin.row(),
                    candidates,
                    new MaximaReader(objects.dictionary(Objects.requireNonNull(twin.dictionary())), candidates),
                    twin.row().equals(TwinsStage.DIFFERENCE),
                    new ArrayList<>()));
        }
        return twins;
    }

    /** @param place of the shard among those that judge */
    void read(int place, Shard shard) {
        for (Row row : rows) {
            if (row.differs) {
                if (place >= less.size()) {
                    throw new StudyFailure(
                            "the base model's evaluation job has " + less.size() + " shards, and the model's has more");
                }
                objects.open(less.get(place), (Shard other) -> row.maxima.addAll(row.reader.read(shard, other)));
            } else {
                row.maxima.addAll(row.reader.read(shard));
            }
        }
    }

    List<StrategyResult> results(Transfers transfers, Map<String, String> families) {
        return rows.stream()
                .map(row -> {
                    StrategyEvaluation evaluation = new StrategyEvaluation(row.candidates, row.maxima, families);
                    return StrategyResult.of(
                            row.name,
                            row.candidates.size(),
                            evaluation.of(row.candidates),
                            null,
                            null,
                            null,
                            row.candidates.isEmpty() ? null : transfers.of(row.candidates.getFirst(), evaluation));
                })
                .toList();
    }
}
