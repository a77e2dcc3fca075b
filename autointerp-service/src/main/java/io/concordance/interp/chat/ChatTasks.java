package io.concordance.interp.chat;

import java.util.UUID;

/** A kind of work that asks language models, task by task. */
public interface ChatTasks {
    /** The kind as it is stored. */
    String kind();

    /**
     * Carries out one task. What comes of it is stored, and the task ended, in one transaction. A task that is begun again finds
     * its earlier answers kept.
     *
     * @throws ChatFailure when it has to wait
     */
    void carryOut(UUID work, int task, Chat chat);
}
