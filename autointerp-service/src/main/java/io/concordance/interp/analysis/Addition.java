package io.concordance.interp.analysis;

/**
 * Slices {@code [firstSlice, slices)} of a job that an analysis reads after its dictionary's own.
 */
record Addition(String job, int firstSlice, int slices) {}
