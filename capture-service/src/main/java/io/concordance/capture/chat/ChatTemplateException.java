package io.concordance.capture.chat;

/** A chat template that does not render a conversation, or not so that its text can be told apart. */
public final class ChatTemplateException extends RuntimeException {
    ChatTemplateException(String message) {
        super("the chat template " + message);
    }
}
