package io.concordance.interp.feature;

/** All there is to store about one feature. */
public record ReportedFeature(FeatureReport report, FeatureSummary summary, FeatureExamples examples) {}
