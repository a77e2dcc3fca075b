package io.concordance.registry.study;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.shard.Shard;
import io.concordance.contracts.statistics.Proportion;
import io.concordance.contracts.study.Study;
import io.concordance.contracts.study.StudyReport.Steering;
import io.concordance.registry.study.CaptureStage.Jobs;
import io.concordance.registry.study.CaptureStage.SteeredJobs;
import io.concordance.registry.study.strategy.Candidate;
import io.concordance.registry.study.strategy.MaximaReader;
import io.concordance.registry.study.strategy.TranscriptMaxima;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells whether candidates that a steered model gave are about more than being steered: how near they lie to the steering
 * directions, and whether they fire on benign transcripts that the steered model reads.
 */
final class SteeredCandidates {
    private final LearningShards learning;
    private final StudyObjects objects;
    private final SteeringDirections directions;

    SteeredCandidates(LearningShards learning, StudyObjects objects) {
        this.learning = learning;
        this.objects = objects;
        this.directions = new SteeringDirections(objects);
    }

    /** Whether all shards that {@link #of} reads are known. */
    boolean ready(Jobs jobs) {
        for (SteeredJobs arm : jobs.steeredArms()) {
            String benign = arm.benign();
            if (benign != null && !learning.complete(benign, jobs.hook())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Of the candidates that steered arms nominated, in their order.
     *
     * @param found candidates of one arm kind
     */
    List<Steering> of(StudyOrder order, Jobs jobs, Dictionary dictionary, List<Candidate> found) {
        List<Steering> steering = new ArrayList<>();
        for (Study.Arm arm : order.steeredArms()) {
            List<Candidate> own = found.stream()
                    .filter(candidate -> candidate.arm().equals(arm.name()))
                    .toList();
            if (own.isEmpty()) {
                continue;
            }
            List<float[]> along = directions.of(arm);
            List<TranscriptMaxima> read = benign(jobs, arm, dictionary, own);
            for (int c = 0; c < own.size(); c++) {
                Candidate candidate = own.get(c);
                int column = c;
                int fired = Math.toIntExact(read.stream()
                        .filter(transcript -> transcript.highest()[column] > candidate.threshold())
                        .count());
                steering.add(new Steering(
                        candidate.featureUid(),
                        arm.name(),
                        SteeringDirections.nearest(dictionary.decoder(), candidate.index() * dictionary.width(), along),
                        read.size(),
                        fired,
                        Proportion.upperBound(fired, read.size())));
            }
        }
        return steering;
    }

    private List<TranscriptMaxima> benign(Jobs jobs, Study.Arm arm, Dictionary dictionary, List<Candidate> candidates) {
        MaximaReader reader = new MaximaReader(dictionary, candidates);
        List<TranscriptMaxima> read = new ArrayList<>();
        for (SteeredJobs of : jobs.steeredArms()) {
            String benign = of.benign();
            if (of.arm().equals(arm.name()) && benign != null) {
                for (LearningShards.OfArm shard : learning.all(benign, jobs.hook())) {
                    objects.open(shard, (Shard rows) -> read.addAll(reader.read(rows)));
                }
            }
        }
        return read;
    }
}
