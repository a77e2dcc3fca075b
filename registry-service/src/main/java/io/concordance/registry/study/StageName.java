package io.concordance.registry.study;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The stages of a study, in order. */
enum StageName {
    /** Directions along which the model is perturbed, and what it writes when pushed along them. */
    SEARCH,
    /** Activations of every arm and of the evaluation transcripts, as shards. */
    CAPTURE,
    /** A dictionary learnt from the arms' shards, while they still arrive. */
    DICTIONARY,
    /** Labels and attributions of the dictionary's features, and their arrival in this service. */
    EVIDENCE,
    /** Dictionaries of the base model alone and of what tells the model from it, where arms ask for them. */
    TWINS,
    /** What removing features changes, on transcripts that the screen has not seen. */
    CONFIRM,
    /** The features that the evidence nominates, proposed as features of concern. */
    CANDIDATES,
    /** Reviewers' verdicts on the proposals. */
    REVIEW,
    /** The approved features as a signed release. */
    RELEASE,
    /** A monitor that pulls the release and sees the evaluation transcripts for the first time. */
    MONITOR,
    /** The report. */
    REPORT;

    @JsonValue
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static StageName named(String wireName) {
        return valueOf(wireName.toUpperCase(Locale.ROOT));
    }
}
