package io.concordance.interp.judge;

import io.concordance.contracts.transcript.Span;
import java.util.List;

/**
 * One transcript to be judged.
 *
 * @param token what people know it by; it tells nothing about arm, id or verdicts
 * @param draw uniform in (0, 1], by a keyed hash
 * @param twice whether two people are to label it, so that their agreement can be told
 */
record JudgedItem(int number, String arm, String id, String token, List<Span> spans, double draw, boolean twice) {}
