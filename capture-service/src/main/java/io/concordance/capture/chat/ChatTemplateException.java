package io.concordance.capture.chat;

/** A chat template that does not render a conversation, or not so that its text can be told apart. */
public final class ChatTemplateException extends RuntimeException {
    ChatTemplateException(String message) {
        super("the chat template " + message);
    }

    private ChatTemplateException(String message, ChatTemplateException cause) {
        super(message, cause);
    }

    /** The same, with the document it happened to. */
    public ChatTemplateException about(String document) {
        return new ChatTemplateException("document '" + document + "': " + getMessage(), this);
    }
}
