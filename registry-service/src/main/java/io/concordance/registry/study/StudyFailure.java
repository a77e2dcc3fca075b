package io.concordance.registry.study;

/** A study cannot be carried on; the message says why. */
final class StudyFailure extends RuntimeException {
    StudyFailure(String message) {
        super(message);
    }
}
