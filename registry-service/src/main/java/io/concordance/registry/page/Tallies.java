package io.concordance.registry.page;

import java.util.List;
import java.util.Map;

/** Counts over features that only pages ask for. */
interface Tallies {

    /** Uids of the features that were announced last, newest first. */
    List<String> newest(int limit);

    /** Uids of features whose latest proposal is open or approved, open ones first, then the latest proposal first. */
    List<String> ofConcern(int limit);

    /** How many features of a dictionary came about in which way, by the word for it. */
    Map<String, Long> changes(String dictionary);

    /** What each arm says about the features of a dictionary, by the arm's name. */
    List<ArmTally> arms(String dictionary);

    /**
     * @param features that were compared with outcomes in this arm
     * @param badDocuments most bad screening documents that one of them was compared on; likewise {@code okDocuments}
     * @param significant of the features, those whose q is at most 0.05
     */
    record ArmTally(String arm, String kind, long features, long badDocuments, long okDocuments, long significant) {}
}
