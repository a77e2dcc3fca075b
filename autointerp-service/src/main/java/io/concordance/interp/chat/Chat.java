package io.concordance.interp.chat;

import java.util.OptionalDouble;

/** A language model that answers questions, the same question always in the same way. Thread-safe. */
public interface Chat {
    Endpoint endpoint();

    /**
     * @throws ChatFailure when there is no answer, or none that may be paid for
     */
    ChatAnswer ask(ChatPrompt prompt);

    /**
     * Natural logarithm of the probability that {@code text} follows {@code before}, summed over the tokens of {@code text};
     * empty when the endpoint returns no log-probabilities of what it is given.
     *
     * @throws ChatFailure as {@link #ask}
     */
    OptionalDouble logProbability(String before, String text);
}
