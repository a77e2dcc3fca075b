package io.concordance.interp.probe;

import io.concordance.contracts.dictionary.Dictionary;
import java.util.List;

/**
 * Probes in the form of a dictionary, so that whatever reads features reads them: a probe is a row of the encoder with its
 * bias and threshold, and decoder rows are the directions. They share the decoder bias of the dictionary that they stand
 * beside, so rows of both can be released together.
 *
 * @param probes one for each row, controls included
 */
public record ProbeSet(Dictionary rows, List<Probe> probes) {}
