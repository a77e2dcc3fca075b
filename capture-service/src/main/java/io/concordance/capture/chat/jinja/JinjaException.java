package io.concordance.capture.chat.jinja;

/** A template that cannot be read, fails while it renders, or asks for more than its budget. */
public final class JinjaException extends RuntimeException {
    JinjaException(String message) {
        super(message);
    }
}
