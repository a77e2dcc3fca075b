package io.concordance.contracts.event;

/** Work: run one slice of a capture job. Everything about the slice is in the job. */
public record SliceQueued(String jobId, int slice) {}
