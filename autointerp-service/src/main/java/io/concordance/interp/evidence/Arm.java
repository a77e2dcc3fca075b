package io.concordance.interp.evidence;

/** A named set of documents; {@code kind} says under what condition the model read them. */
public record Arm(String name, String kind) {
    public boolean benign() {
        return kind.equals("benign");
    }
}
