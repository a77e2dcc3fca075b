package io.concordance.capture.slice;

import io.concordance.capture.job.CaptureJob;
import io.concordance.capture.model.HookPoint;
import io.concordance.contracts.shard.ShardHeader;
import io.concordance.contracts.shard.ShardKeys;
import io.concordance.contracts.tensor.DType;
import java.util.List;
import java.util.UUID;

/**
 * One slice and what its job says about it.
 *
 * @param slices slices of the job
 * @param done true when its shards are recorded
 * @param jobState state of the job when it was read
 * @param fromByte offset of its first line in the arm's transcripts
 * @param toByte offset just past its last line
 */
record SliceWork(
        UUID job,
        int slice,
        int slices,
        boolean done,
        CaptureJob.State jobState,
        String model,
        List<HookPoint> hooks,
        String role,
        String dtype,
        CaptureJob.Arm arm,
        int documents,
        long fromByte,
        long toByte) {

    DType tensorType() {
        return dtype.equals("fp16") ? DType.F16 : DType.F32;
    }

    String key(HookPoint hook) {
        return ShardKeys.shard(job.toString(), hook.name(), slice);
    }

    ShardHeader header(HookPoint hook) {
        return new ShardHeader(job.toString(), model, hook.name(), slice, arm.name(), arm.kind(), role);
    }
}
