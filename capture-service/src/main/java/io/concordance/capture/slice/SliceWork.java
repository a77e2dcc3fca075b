package io.concordance.capture.slice;

import io.concordance.capture.attribution.Attribution;
import io.concordance.capture.intervention.JobInterventions;
import io.concordance.capture.job.CaptureJob;
import io.concordance.capture.job.ContextPolicy;
import io.concordance.capture.model.HookPoint;
import io.concordance.capture.search.Search;
import io.concordance.contracts.attribution.AttributionFile;
import io.concordance.contracts.search.DirectionsFile;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardKeys;
import io.concordance.contracts.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One slice and what its job says about it.
 *
 * @param slices slices of the job
 * @param done true when its shards are recorded
 * @param jobState state of the job when it was read
 * @param partBytes bytes of activations after which the slice's rows go on in further shards
 * @param fromByte offset of its first line in the arm's transcripts
 * @param toByte offset just past its last line
 * @param metrics what is asked about arms with interventions
 * @param attribution what is asked of features instead of activations; null when nothing is
 * @param search for directions instead, of which the slice is one radius; null when there is none
 */
public record SliceWork(
        UUID job,
        int slice,
        int slices,
        boolean done,
        CaptureJob.State jobState,
        String model,
        List<HookPoint> hooks,
        String role,
        String dtype,
        ContextPolicy contextPolicy,
        boolean positionMeans,
        long partBytes,
        CaptureJob.Arm arm,
        int documents,
        long fromByte,
        long toByte,
        JobInterventions interventions,
        List<String> metrics,
        @Nullable Attribution attribution,
        @Nullable Search search) {

    /** Whether activations are kept, and nothing else. */
    boolean captures() {
        return attribution == null && search == null;
    }

    DType tensorType() {
        return switch (dtype) {
            case "fp16" -> DType.F16;
            case "bf16" -> DType.BF16;
            case "fp32" -> DType.F32;
            default -> throw new IllegalStateException("dtype " + dtype);
        };
    }

    String key(HookPoint hook, int part) {
        return ShardKeys.shard(job.toString(), hook.name(), slice, part);
    }

    /** Where the slice's attributions are kept. */
    String attributionKey() {
        return AttributionFile.key(job.toString(), slice);
    }

    /** Where the directions are kept that the slice's search found. */
    String directionsKey() {
        return DirectionsFile.key(job.toString(), slice);
    }

    /** What the names of the single directions of the slice's search begin with. */
    String directionNames() {
        return job + "-" + slice + "-";
    }

    /** Where what the slice's arm had the model write is kept. */
    String writtenKey() {
        return writtenKey(slice);
    }

    /** As {@link #writtenKey()}, of another slice of the arm. */
    String writtenKey(int other) {
        return String.format(Locale.ROOT, "generated/%s/%06d.jsonl", job, other);
    }

    /** What the keys of all of a hook's shards but the first begin with. */
    String furtherKeys(HookPoint hook) {
        return ShardKeys.furtherParts(job.toString(), hook.name(), slice);
    }

    /** @param provenance of the arm's interventions; null without */
    ShardHeader header(HookPoint hook, int part, int parts, @Nullable String provenance) {
        return new ShardHeader(
                job.toString(), model, hook.name(), slice, part, parts, arm.name(), arm.kind(), role, provenance);
    }
}
